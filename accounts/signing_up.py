"""Makes accounts: a client's by sign-up, and the first operator's at start."""

import secrets

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.exceptions import EmailTaken, SignUpClosed
from accounts.models import User


def sign_up(*, email: str, password: str, metadata: dict, preferences: dict) -> User:
    """Create a user.

    Raises SignUpClosed where SIGN_UP_OPEN is off, and EmailTaken.
    """
    if not settings.SIGN_UP_OPEN:
        raise SignUpClosed
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email, password, metadata=metadata, preferences=preferences
            )
    except IntegrityError:
        raise EmailTaken from None


def ensure_operator() -> tuple[User, str] | None:
    """Create the first operator, unless there is one.

    Returns the operator and the password, or None where one existed. The password
    is OPERATOR_PASSWORD, else a new random one that nothing else knows. Raises
    EmailTaken where somebody who is no operator has OPERATOR_EMAIL.
    """
    if User.objects.filter(is_staff=True).exists():
        return None
    password = settings.OPERATOR_PASSWORD or secrets.token_urlsafe(15)
    try:
        with transaction.atomic():
            operator = User.objects.create_superuser(settings.OPERATOR_EMAIL, password)
    except IntegrityError:
        # Another node that starts at the same time may have been faster.
        if User.objects.filter(is_staff=True).exists():
            return None
        raise EmailTaken from None
    return operator, password
