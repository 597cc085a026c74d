from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse

from common.api.errors import envelope
from common.client_address import client_network
from common.rate_limits import count_caller


def limit_logins(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Count sign-ins on a page as those by the API are: "session-create"."""

    @wraps(view)
    def limited(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        caller = client_network(request)
        usage = count_caller(scope="session-create", caller=caller)
        request.rate_limit = usage
        if usage is None or not usage.is_exceeded:
            return view(request, *args, **kwargs)
        wait = usage.reset_seconds
        body = envelope(
            request,
            type="RATE_LIMIT_EXCEEDED",
            message=f"Too many attempts to sign in. Try again in {wait} seconds.",
            retry_after=wait,
        )
        return JsonResponse(body, status=429, headers={"Retry-After": str(wait)})

    return limited
