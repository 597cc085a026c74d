from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import api_client, make_session, make_user


class SessionListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.url = f"/api/users/{cls.alice.pk}/sessions"

    def get(self, **query):
        return api_client(self.alice).get(self.url, query)

    def test_shows_what_a_client_needs_and_no_secret(self):
        session = make_session(user=self.alice, metadata={"user_agent": "curl"})

        response = self.get()

        item = response.json()["data"]["sessions"][0]
        assert set(item) == {
            "id",
            "createdAt",
            "lastAccessedAt",
            "expiresAt",
            "metadata",
        }
        assert item["metadata"] == {"user_agent": "curl"}
        assert session.token_digest not in response.text

    def test_shows_active_sessions_of_the_user_only(self):
        session = make_session(user=self.alice)
        make_session(user=self.alice, revoked_at=timezone.now())
        make_session(user=self.alice, expires_at=timezone.now() - timedelta(1))
        make_session(user=self.bob)

        data = self.get().json()["data"]

        assert [item["id"] for item in data["sessions"]] == [session.pk]
        assert data["total"] == 1

    def test_shows_the_newest_first(self):
        sessions = [make_session(user=self.alice) for _ in range(3)]

        items = self.get().json()["data"]["sessions"]

        newest_first = [session.pk for session in reversed(sessions)]
        assert [item["id"] for item in items] == newest_first

    def test_is_empty_without_sessions(self):
        data = self.get().json()["data"]

        assert data == {"sessions": [], "total": 0, "showing": 0, "nextCursor": None}

    def test_shows_as_many_as_the_limit(self):
        for _ in range(3):
            make_session(user=self.alice)

        data = self.get(limit=2).json()["data"]

        assert data["total"] == 3
        assert data["showing"] == len(data["sessions"]) == 2

    def test_goes_on_at_the_cursor(self):
        oldest = make_session(user=self.alice)
        for _ in range(2):
            make_session(user=self.alice)
        cursor = self.get(limit=2).json()["data"]["nextCursor"]

        data = self.get(limit=2, cursor=cursor).json()["data"]

        assert [item["id"] for item in data["sessions"]] == [oldest.pk]
        assert data["nextCursor"] is None

    def test_takes_three_queries_for_any_number_of_sessions(self):
        for _ in range(12):
            make_session(user=self.alice)
        client = api_client(self.alice)

        # The user, the count, the page.
        with self.assertNumQueries(3):
            client.get(self.url)

    def test_is_open_to_operators(self):
        session = make_session(user=self.alice)

        response = api_client(make_user(is_staff=True)).get(self.url)

        assert response.json()["data"]["sessions"][0]["id"] == session.pk

    def test_is_hidden_from_other_users(self):
        response = api_client(self.bob).get(self.url)

        assert response.status_code == 404

    def test_refuses_anonymous_callers(self):
        response = api_client().get(self.url)

        assert response.status_code == 401
