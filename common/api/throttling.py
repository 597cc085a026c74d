from rest_framework.throttling import BaseThrottle

from common.rate_limits import caller_of, count_caller


class RateLimit(BaseThrottle):
    """Counts a request in the scope that the view names, or in "general".

    A view sets `rate_limit`: a scope, a dict from action or method to scope, or
    None for no limit. The scopes are the keys of RATE_LIMITS.
    """

    def allow_request(self, request, view):
        scope = scope_of(request, view)
        if scope is None:
            return True
        caller = caller_of(request, request.user)
        self.usage = count_caller(scope=scope, caller=caller)
        if self.usage is None:
            return True
        request._request.rate_limit = self.usage
        return not self.usage.is_exceeded

    def wait(self):
        return self.usage.reset_seconds


def scope_of(request, view) -> str | None:
    scope = getattr(view, "rate_limit", "general")
    if not isinstance(scope, dict):
        return scope
    action = getattr(view, "action", None) or request.method.lower()
    return scope.get(action, "general")
