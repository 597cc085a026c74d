from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.tests.factories import api_client, bearer_client, make_session, make_user


class ReadSessionTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.session = make_session(metadata={"user_agent": "curl"}, data={"cartId": 7})
        cls.alice = cls.session.user
        cls.url = f"/api/sessions/{cls.session.pk}"

    def test_shows_the_session_and_its_user(self):
        response = api_client(self.alice).get(self.url)

        data = response.json()["data"]
        assert response.status_code == 200
        assert set(data) == {"session", "user"}
        assert set(data["session"]) == {
            "id",
            "userId",
            "createdAt",
            "lastAccessedAt",
            "expiresAt",
            "metadata",
            "data",
        }
        assert data["session"]["userId"] == data["user"]["id"] == self.alice.pk
        assert data["session"]["data"] == {"cartId": 7}

    def test_shows_no_token(self):
        response = api_client(self.alice).get(self.url)

        assert self.session.token not in response.text
        assert self.session.token_digest not in response.text

    def test_takes_one_query(self):
        client = api_client(self.alice)

        with self.assertNumQueries(1):
            client.get(self.url)

    def test_is_open_to_operators(self):
        response = api_client(make_user(is_staff=True)).get(self.url)

        assert response.status_code == 200

    def test_is_hidden_from_other_users(self):
        response = api_client(make_user()).get(self.url)

        assert response.status_code == 404

    def test_refuses_anonymous_callers(self):
        assert api_client().get(self.url).status_code == 401

    def test_does_not_find_a_session_that_has_ended(self):
        now = timezone.now()
        revoked = make_session(user=self.alice, revoked_at=now)
        expired = make_session(user=self.alice, expires_at=now - timedelta(seconds=1))

        for session in (revoked, expired):
            response = api_client(self.alice).get(f"/api/sessions/{session.pk}")

            assert response.status_code == 404


class UpdateSessionTests(TestCase):
    def setUp(self):
        self.session = make_session(data={"cart": {"items": 1}, "step": 2})

    def update(self, caller=None, **fields):
        client = api_client(caller or self.session.user)
        response = client.put(f"/api/sessions/{self.session.pk}", fields)
        self.session.refresh_from_db()
        return response

    def test_answers_with_the_id_and_a_message(self):
        response = self.update(data={"a": 1})

        data = response.json()["data"]
        assert response.status_code == 200
        assert set(data) == {"sessionId", "message"}
        assert data["sessionId"] == self.session.pk

    def test_merges_data_and_metadata(self):
        self.update(data={"cart": {"total_price": 9}, "step": None}, metadata={"b": 1})

        assert self.session.data == {"cart": {"items": 1, "total_price": 9}}
        assert self.session.metadata == {"b": 1}

    def test_refuses_every_other_field(self):
        for field in ("id", "userId", "expiresAt", "revokedAt", "token", "user"):
            with self.subTest(field=field):
                response = self.update(**{field: "x"})

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == [field]

    def test_refuses_data_that_is_no_object(self):
        response = self.update(data=[1])

        assert response.status_code == 400
        assert list(response.json()["error"]["details"]) == ["data"]

    def test_refuses_more_than_16_kib_once_merged(self):
        self.update(data={"a": "x" * 10_000})

        response = self.update(data={"b": "x" * 10_000})

        assert response.status_code == 400
        assert "b" not in self.session.data

    def test_is_hidden_from_other_users(self):
        response = self.update(make_user(), data={"stolen": True})

        assert response.status_code == 404
        assert "stolen" not in self.session.data

    def test_refuses_anonymous_callers(self):
        response = api_client().put(f"/api/sessions/{self.session.pk}", {})

        assert response.status_code == 401


class DeleteSessionTests(TestCase):
    def setUp(self):
        self.session = make_session()
        self.url = f"/api/sessions/{self.session.pk}"

    def test_answers_with_a_message(self):
        response = api_client(self.session.user).delete(self.url)

        assert response.status_code == 200
        assert list(response.json()["data"]) == ["message"]

    def test_stops_the_token_at_once(self):
        client = bearer_client(self.session.token)

        client.delete(self.url)

        assert client.get(self.url).status_code == 401

    def test_leaves_other_sessions_alone(self):
        other = make_session(user=self.session.user)

        bearer_client(other.token).delete(self.url)

        other_url = f"/api/sessions/{other.pk}"
        assert bearer_client(other.token).get(other_url).status_code == 200

    def test_does_not_find_a_session_that_has_ended(self):
        client = api_client(self.session.user)
        client.delete(self.url)

        assert client.delete(self.url).status_code == 404

    def test_is_open_to_operators(self):
        api_client(make_user(is_staff=True)).delete(self.url)

        self.session.refresh_from_db()
        assert self.session.revoked_at is not None

    def test_is_hidden_from_other_users(self):
        response = api_client(make_user()).delete(self.url)

        self.session.refresh_from_db()
        assert response.status_code == 404
        assert self.session.revoked_at is None

    def test_refuses_anonymous_callers(self):
        assert api_client().delete(self.url).status_code == 401
