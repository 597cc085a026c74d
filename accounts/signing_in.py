from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts.exceptions import WrongCredentials
from accounts.models import Session


def sign_in(
    request: HttpRequest, *, email: str, password: str, metadata: dict
) -> tuple[Session, str]:
    """Open a session and return it with its token.

    Raises WrongCredentials, the same for an unknown address, a wrong password and
    a locked account; Django spends the time of a hash in each case.
    """
    user = authenticate(request, username=email, password=password)
    if user is None:
        raise WrongCredentials
    return Session.objects.open(user=user, metadata=metadata)
