from threading import Lock
from time import monotonic

from accounts.api.authentication import token_of
from accounts.models import LAST_USE_RESOLUTION, Session
from common.api.throttling import scope_of
from common.replay import Replay, allow_replay

# One thread asks at a time. The question takes 20 µs; threads that ask at once wait
# for the interpreter at each of its steps, and a fifth fewer of them get an answer.
_turn = Lock()


class ReplayedForOwnerMixin:
    """Lets a view's answer be given again until something of its user's changes.

    For views that show a user's own rows and nothing else. Operators see the rows
    of all, so theirs are made anew each time; so are answers that waited.
    """

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        is_small = response.status_code == 200 and not response.streaming
        if is_small and self._is_replayable(request):
            seconds = self.replay_seconds(response)
            allow_replay(request._request, self._replay(request, seconds))
        return response

    def replay_seconds(self, response) -> float:
        """Return for how long the answer may be given again."""
        # Then Django is asked again, which notes that the session is in use.
        return LAST_USE_RESOLUTION.total_seconds()

    def _is_replayable(self, request) -> bool:
        is_own = isinstance(request.auth, Session) and not request.user.is_staff
        return is_own and "wait" not in request.query_params

    def _replay(self, request, seconds: float) -> Replay:
        token = token_of(request.META)
        version = request.user.data_version
        ends_at = monotonic() + seconds

        def is_current() -> bool:
            if monotonic() >= ends_at:
                return False
            with _turn:
                return Session.objects.version_for_token(token) == version

        return Replay(
            is_current=is_current,
            scope=scope_of(request, self),
            caller=request.user.pk,
        )
