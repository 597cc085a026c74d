from datetime import timedelta

import time_machine
from django.test import TestCase
from django.utils import timezone

from accounts.models import Session
from accounts.tests.factories import PASSWORD, api_client, bearer_client, make_user


def sign_in(email, password=PASSWORD, client=None, **fields):
    body = {"email": email, "password": password, **fields}
    return (client or api_client()).post("/api/sessions", body)


def body_without_request_id(response):
    body = response.json()
    del body["error"]["requestId"]
    return body


class SignInTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user(email="alice@example.com")

    def test_answers_201_with_a_session_of_24_hours(self):
        with time_machine.travel("2026-11-23T09:30:00Z", tick=False):
            response = sign_in("alice@example.com")

        session = Session.objects.get()
        data = response.json()["data"]
        assert response.status_code == 201
        assert data == {
            "sessionId": session.pk,
            "token": data["token"],
            "userId": self.alice.pk,
            "createdAt": "2026-11-23T09:30:00.000Z",
            "expiresAt": "2026-11-24T09:30:00.000Z",
        }

    def test_gives_a_token_that_works(self):
        token = sign_in("alice@example.com").json()["data"]["token"]

        response = bearer_client(token).get(f"/api/users/{self.alice.pk}")

        assert response.status_code == 200

    def test_gives_each_session_a_token_of_its_own(self):
        tokens = {sign_in("alice@example.com").json()["data"]["token"] for _ in "123"}

        assert len(tokens) == 3

    def test_takes_the_address_in_any_case(self):
        response = sign_in(" Alice@EXAMPLE.com ")

        assert response.status_code == 201

    def test_keeps_the_metadata_of_the_session(self):
        sign_in("alice@example.com", metadata={"user_agent": "curl"})

        assert Session.objects.get().metadata == {"user_agent": "curl"}

    def test_counts_the_session_and_notes_the_time(self):
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            sign_in("alice@example.com")

        self.alice.refresh_from_db()
        assert self.alice.total_sessions == 1
        assert self.alice.last_login == now
        assert self.alice.last_activity_at == now


class RefusedSignInTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user(email="alice@example.com")

    def test_answers_401_for_a_wrong_password(self):
        response = sign_in("alice@example.com", "wrong")

        assert response.status_code == 401
        assert response.json()["error"]["type"] == "UNAUTHENTICATED"
        assert not Session.objects.exists()

    def test_answers_the_same_for_an_unknown_address(self):
        wrong = sign_in("alice@example.com", "wrong")
        unknown = sign_in("nobody@example.com", "wrong")

        assert unknown.status_code == wrong.status_code
        assert body_without_request_id(unknown) == body_without_request_id(wrong)

    def test_answers_the_same_for_a_locked_account(self):
        make_user(email="locked@example.com", is_active=False)

        locked = sign_in("locked@example.com")
        wrong = sign_in("alice@example.com", "wrong")

        assert locked.status_code == wrong.status_code
        assert body_without_request_id(locked) == body_without_request_id(wrong)

    def test_names_missing_fields(self):
        response = api_client().post("/api/sessions", {})

        assert response.status_code == 400
        assert set(response.json()["error"]["details"]) == {"email", "password"}

    def test_names_the_invalid_field(self):
        for field, value in [
            ("email", None),
            ("email", ""),
            ("email", "a" * 255),
            ("email", []),
            ("password", {}),
            ("password", "a" * 129),
            ("metadata", []),
            ("expiresAt", "2099-01-01T00:00:00Z"),
            ("userId", "user_0"),
        ]:
            with self.subTest(field=field, value=value):
                response = sign_in(**{"email": "a@example.com", field: value})

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == [field]


class PublicEndpointTests(TestCase):
    """A client with a stale token must be able to sign in again."""

    def test_lets_a_bad_bearer_token_sign_in(self):
        user = make_user()

        response = sign_in(user.email, client=bearer_client("tok_stale"))

        assert response.status_code == 201

    def test_lets_a_bad_bearer_token_sign_up(self):
        body = {"email": "new@example.com", "password": PASSWORD}

        response = bearer_client("tok_stale").post("/api/users", body)

        assert response.status_code == 201


class SessionLifetimeTests(TestCase):
    def test_ends_after_24_hours(self):
        user, now = make_user(), timezone.now()
        with time_machine.travel(now, tick=False):
            token = sign_in(user.email).json()["data"]["token"]

        statuses = []
        for age in (timedelta(hours=23, minutes=59), timedelta(hours=24)):
            with time_machine.travel(now + age, tick=False):
                response = bearer_client(token).get(f"/api/users/{user.pk}")
                statuses.append(response.status_code)

        assert statuses == [200, 401]
