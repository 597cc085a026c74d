import hashlib
from datetime import timedelta

import time_machine
from django.test import TestCase
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session
from accounts.tests.factories import api_client, bearer_client, make_session, make_user


class TokenTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.session = make_session()
        cls.url = f"/api/users/{cls.session.user_id}"

    def status_with(self, **headers):
        return APIClient(headers=headers).get(self.url).status_code

    def test_signs_in_as_a_bearer_token(self):
        assert self.status_with(authorization=f"Bearer {self.session.token}") == 200

    def test_signs_in_whatever_the_case_of_the_scheme(self):
        assert self.status_with(authorization=f"bearer {self.session.token}") == 200

    def test_signs_in_as_x_session_id(self):
        assert self.status_with(**{"x-session-id": self.session.token}) == 200

    def test_does_not_sign_in_by_the_id_or_digest_of_the_session(self):
        assert self.status_with(authorization=f"Bearer {self.session.pk}") == 401
        digest = self.session.token_digest
        assert self.status_with(authorization=f"Bearer {digest}") == 401

    def test_refuses_headers_without_a_token_that_exists(self):
        for headers in (
            {"authorization": "Bearer tok_wrong"},
            {"authorization": "Bearer"},
            {"authorization": "Bearer "},
            {"authorization": f"Basic {self.session.token}"},
            {"authorization": "Bearer t\u00f6k"},
            {"x-session-id": ""},
            {"x-session-id": "wrong"},
        ):
            with self.subTest(headers=headers):
                assert self.status_with(**headers) == 401

    def test_asks_for_a_bearer_token(self):
        response = api_client().get(self.url)

        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.json()["error"]["type"] == "UNAUTHENTICATED"

    def test_is_stored_as_a_digest_only(self):
        row = Session.objects.filter(pk=self.session.pk).values().get()

        digest = hashlib.sha256(self.session.token.encode()).hexdigest()
        assert row["token_digest"] == digest
        assert self.session.token not in str(row)

    def test_has_256_random_bits(self):
        assert len(self.session.token.removeprefix("tok_")) == 43


class EndedTokenTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.session = make_session()

    def status(self):
        client = bearer_client(self.session.token)
        return client.get(f"/api/users/{self.session.user_id}").status_code

    def test_stops_when_the_session_expires(self):
        with time_machine.travel(self.session.expires_at, tick=False):
            assert self.status() == 401

    def test_stops_when_the_session_is_revoked(self):
        self.session.revoke()

        assert self.status() == 401

    def test_stops_when_the_user_is_locked(self):
        self.session.user.is_active = False
        self.session.user.save()

        assert self.status() == 401

    def test_stops_when_the_user_is_deleted(self):
        self.session.user.delete()

        assert self.status() == 401


class LastUseTests(TestCase):
    def setUp(self):
        self.opened_at = timezone.now()
        with time_machine.travel(self.opened_at, tick=False):
            self.session = make_session()

    def use_after(self, **age):
        now = self.opened_at + timedelta(**age)
        with time_machine.travel(now, tick=False):
            bearer_client(self.session.token).get("/api/users/user_0")
        self.session.refresh_from_db()
        return now

    def test_is_not_written_within_a_minute(self):
        self.use_after(seconds=59)

        assert self.session.last_accessed_at == self.opened_at

    def test_is_written_after_a_minute(self):
        now = self.use_after(seconds=60)

        assert self.session.last_accessed_at == now
        assert self.session.user.last_activity_at == now

    def test_never_goes_back(self):
        later = self.use_after(minutes=5)
        stale = Session(pk=self.session.pk, last_accessed_at=self.opened_at)

        with time_machine.travel(self.opened_at + timedelta(minutes=4), tick=False):
            stale.touch()

        self.session.refresh_from_db()
        assert self.session.last_accessed_at == later


class AuthenticationQueryTests(TestCase):
    def test_takes_one_query(self):
        session = make_session()
        client = bearer_client(session.token)

        # One finds the session with its user, the other reads the profile.
        with self.assertNumQueries(2):
            client.get(f"/api/users/{session.user_id}")

    def test_takes_two_more_to_note_the_use_once_a_minute(self):
        session = make_session(last_accessed_at=timezone.now() - timedelta(minutes=1))
        client = bearer_client(session.token)
        url = f"/api/users/{session.user_id}"

        with self.assertNumQueries(4):
            client.get(url)
        with self.assertNumQueries(2):
            client.get(url)

    def test_takes_no_query_without_a_token(self):
        user = make_user()

        with self.assertNumQueries(0):
            api_client().get(f"/api/users/{user.pk}")
