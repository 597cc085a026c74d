"""The one door for errors: whatever was raised leaves in the contract's shape."""

import logging

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.api.exceptions import PayloadTooLarge
from common.client_address import client_network
from common.exceptions import (
    ApplicationError,
    Conflict,
    Forbidden,
    InsufficientStorage,
    Mismatch,
    NotFound,
    RequestTimedOut,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from common.rate_limits import count_caller

logger = logging.getLogger(__name__)

STATUS_BY_ERROR = {
    Unauthenticated: status.HTTP_401_UNAUTHORIZED,
    Forbidden: status.HTTP_403_FORBIDDEN,
    NotFound: status.HTTP_404_NOT_FOUND,
    Conflict: status.HTTP_409_CONFLICT,
    Mismatch: status.HTTP_422_UNPROCESSABLE_ENTITY,
    TooManyRequests: status.HTTP_429_TOO_MANY_REQUESTS,
    Unavailable: status.HTTP_503_SERVICE_UNAVAILABLE,
    RequestTimedOut: status.HTTP_408_REQUEST_TIMEOUT,
    InsufficientStorage: status.HTTP_507_INSUFFICIENT_STORAGE,
    ApplicationError: status.HTTP_400_BAD_REQUEST,
}
TYPE_BY_STATUS = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    409: "CONFLICT",
    412: "PRECONDITION_FAILED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    416: "RANGE_NOT_SATISFIABLE",
    422: "IDEMPOTENCY_MISMATCH",
    429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "UPSTREAM_UNAVAILABLE",
    507: "QUOTA_EXCEEDED",
}
MESSAGE_BY_STATUS = {
    400: "The request is not valid.",
    401: "Sign in first: send 'Authorization: Bearer TOKEN' with a valid token.",
    403: "This is not allowed for you.",
    404: "There is nothing here, or it is not yours.",
    413: "The request body is too large.",
    500: "Something went wrong on our side. Quote the request id to the operator.",
}


def envelope(
    request: HttpRequest,
    *,
    type: str,  # noqa: A002  The contract's name for it.
    message: str,
    details: dict[str, list[str]] | None = None,
    retry_after: int | None = None,
) -> dict:
    """Return the body of every error."""
    error = {"type": type, "message": message}
    if details:
        error["details"] = details
    if retry_after is not None:
        error["retryAfter"] = retry_after
    error["requestId"] = getattr(request, "id", None)
    return {"success": False, "error": error}


def exception_handler(error: Exception, context: dict) -> Response:
    """Turn what a view raised into a response; DRF's EXCEPTION_HANDLER.

    An unknown exception is logged with its stack and answered with a 500 that
    tells the client nothing but the request id.
    """
    request = context["request"]
    set_rollback()
    if isinstance(error, OperationalError):
        logger.error("The database fails: look at its disk and server", exc_info=error)
        error = Unavailable()
    if isinstance(error, ApplicationError):
        return _application_error(request, error)
    error = _as_api_exception(error)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        error = _too_many_strangers(request) or error
    if error is None:
        logger.exception("Unhandled error in %s", request.path)
        return Response(_body_for_status(request, 500), status=500)
    return _api_exception(request, error)


def _too_many_strangers(request: HttpRequest) -> exceptions.Throttled | None:
    """Count a request without a valid identity, which no throttle has seen."""
    usage = count_caller(scope="general", caller=client_network(request))
    request._request.rate_limit = usage
    if usage is None or not usage.is_exceeded:
        return None
    return exceptions.Throttled(wait=usage.reset_seconds)


def _application_error(request: HttpRequest, error: ApplicationError) -> Response:
    code = next(
        STATUS_BY_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_BY_ERROR
    )
    retry_after = getattr(error, "retry_after_seconds", None)
    body = envelope(
        request,
        type=error.type,
        message=error.message,
        details=error.details,
        retry_after=retry_after,
    )
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if code == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body, status=code, headers=headers)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            return PayloadTooLarge()
        case SuspiciousOperation():
            return exceptions.ParseError()
    return None


def _api_exception(request: HttpRequest, error: exceptions.APIException) -> Response:
    code = error.status_code
    headers, retry_after = {**getattr(error, "headers", {})}, None
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if isinstance(error, exceptions.Throttled):
        retry_after = int(error.wait or 1)
        headers["Retry-After"] = str(retry_after)
        message = f"Too many requests. Try again in {retry_after} seconds."
    elif isinstance(error, exceptions.ValidationError):
        message = MESSAGE_BY_STATUS[400]
    elif code in (401, 404):
        message = MESSAGE_BY_STATUS[code]
    else:
        message = str(error.detail)
    body = envelope(
        request,
        type=TYPE_BY_STATUS[code],
        message=message,
        details=_details(error),
        retry_after=retry_after,
    )
    return Response(body, status=code, headers=headers)


def _details(error: exceptions.APIException) -> dict[str, list[str]] | None:
    if isinstance(error, exceptions.ValidationError):
        return dict(_flatten(error.detail))
    return None


def _flatten(detail, path: str = ""):
    """Yield (field, messages) pairs; a nested field is named as `content[2].text`."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            if isinstance(key, int):
                yield from _flatten(value, f"{path}[{key}]")
            elif key == "non_field_errors":
                yield from _flatten(value, path)
            else:
                yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif any(isinstance(item, dict | list) for item in detail):
        for index, item in enumerate(detail):
            if item:
                yield from _flatten(item, f"{path}[{index}]")
    else:
        yield path or "body", [str(message) for message in detail]


def error_response(request: HttpRequest, code: int) -> JsonResponse:
    """Answer in the contract's shape where Django, not DRF, found the error."""
    return JsonResponse(_body_for_status(request, code), status=code)


def _body_for_status(request: HttpRequest, code: int) -> dict:
    return envelope(request, type=TYPE_BY_STATUS[code], message=MESSAGE_BY_STATUS[code])


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    too_big = isinstance(exception, RequestDataTooBig)
    return error_response(request, 413 if too_big else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> JsonResponse:
    return error_response(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:
    return error_response(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return error_response(request, 404)


def server_error(request: HttpRequest) -> JsonResponse:
    return error_response(request, 500)
