from itertools import count

from rest_framework.test import APIClient

from accounts.models import Session, User

PASSWORD = "correct-horse-battery"

_numbers = count(1)


def make_user(*, password=PASSWORD, **fields):
    fields.setdefault("email", f"user{next(_numbers)}@example.com")
    return User.objects.create_user(password=password, **fields)


def make_session(*, user=None, metadata=None, **fields):
    """Open a session; its `token` is the bearer token that signs in with it."""
    session, token = Session.objects.open(
        user=user or make_user(), metadata=metadata or {}
    )
    for name, value in fields.items():
        setattr(session, name, value)
    session.save()
    session.token = token
    return session


def api_client(user=None):
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def bearer_client(token):
    return APIClient(headers={"authorization": f"Bearer {token}"})
