from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import Session


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`, or the same token as `X-Session-ID`."""

    def authenticate(self, request):
        token = token_of(request.META)
        if token is None:
            return None
        session = Session.objects.for_token(token)
        if session is None:
            raise AuthenticationFailed
        session.touch()
        return session.user, session

    def authenticate_header(self, request):
        return "Bearer"


def token_of(headers: dict) -> str | None:
    """Return the session's token in WSGI headers, or None where there is none."""
    if authorization := headers.get("HTTP_AUTHORIZATION"):
        scheme, _, token = authorization.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None
    return headers.get("HTTP_X_SESSION_ID")


class SessionTokenScheme(OpenApiAuthenticationExtension):
    target_class = SessionTokenAuthentication
    name = ["bearer", "sessionId"]

    def get_security_definition(self, auto_schema):
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "header", "name": "X-Session-ID"},
        ]

    def get_security_requirement(self, auto_schema):
        return [{"bearer": []}, {"sessionId": []}]
