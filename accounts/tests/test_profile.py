from django.test import TestCase

from accounts.models import User
from accounts.tests.factories import api_client, make_user


class ReadProfileTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.operator = make_user(is_staff=True)
        cls.url = f"/api/users/{cls.alice.pk}"

    def test_shows_users_their_own_profile(self):
        response = api_client(self.alice).get(self.url)

        user = response.json()["data"]["user"]
        assert response.status_code == 200
        assert user["id"] == self.alice.pk
        assert user["lastLoginAt"] is None

    def test_shows_no_password_hash(self):
        response = api_client(self.alice).get(self.url)

        assert self.alice.password not in response.text

    def test_shows_operators_every_profile(self):
        response = api_client(self.operator).get(self.url)

        assert response.json()["data"]["user"]["email"] == self.alice.email

    def test_hides_profiles_of_other_users(self):
        response = api_client(self.bob).get(self.url)

        assert response.status_code == 404
        assert response.json()["error"]["type"] == "NOT_FOUND"

    def test_refuses_anonymous_callers(self):
        response = api_client().get(self.url)

        assert response.status_code == 401

    def test_takes_one_query(self):
        client = api_client(self.alice)

        with self.assertNumQueries(1):
            client.get(self.url)


class UpdateProfileTests(TestCase):
    def setUp(self):
        self.alice = make_user(
            metadata={"team_name": "a", "address": {"city": "Turin", "zip": "1"}},
            preferences={"theme": "dark"},
        )

    def update(self, caller=None, **fields):
        client = api_client(caller or self.alice)
        response = client.put(f"/api/users/{self.alice.pk}", fields)
        self.alice.refresh_from_db()
        return response

    def test_merges_into_what_is_there(self):
        self.update(metadata={"address": {"zip": "2"}, "newKey": [1]})

        assert self.alice.metadata == {
            "team_name": "a",
            "address": {"city": "Turin", "zip": "2"},
            "newKey": [1],
        }

    def test_removes_a_key_by_null(self):
        self.update(metadata={"team_name": None, "address": {"zip": None}})

        assert self.alice.metadata == {"address": {"city": "Turin"}}

    def test_leaves_alone_what_is_not_sent(self):
        self.update(metadata={"a": 1})

        assert self.alice.preferences == {"theme": "dark"}

    def test_answers_with_the_merged_user(self):
        response = self.update(preferences={"fontSize": 12, "is_big": False})

        user = response.json()["data"]["user"]
        assert response.status_code == 200
        assert user["preferences"] == {
            "theme": "dark",
            "fontSize": 12,
            "is_big": False,
        }

    def test_changes_nothing_without_fields(self):
        response = self.update()

        assert response.status_code == 200
        assert self.alice.preferences == {"theme": "dark"}

    def test_refuses_every_other_field(self):
        for field in ("email", "id", "isStaff", "is_staff", "stats", "password"):
            with self.subTest(field=field):
                response = self.update(**{field: "x", "metadata": {"a": 1}})

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == [field]
                assert "a" not in self.alice.metadata

    def test_refuses_what_is_no_object(self):
        for value in (None, [], "text", 1):
            with self.subTest(value=value):
                response = self.update(metadata=value)

                assert response.status_code == 400
                assert list(response.json()["error"]["details"]) == ["metadata"]

    def test_refuses_more_than_16_kib(self):
        response = self.update(metadata={"a": "x" * 16_384})

        assert response.status_code == 400
        assert list(response.json()["error"]["details"]) == ["metadata"]

    def test_takes_16_kib(self):
        overhead = len('{"a": ""}')
        self.alice.metadata = {}
        self.alice.save()

        response = self.update(metadata={"a": "x" * (16_384 - overhead)})

        assert response.status_code == 200

    def test_refuses_more_than_16_kib_once_merged(self):
        self.update(metadata={"a": "x" * 10_000})

        response = self.update(metadata={"b": "x" * 10_000})

        assert response.status_code == 400
        assert list(response.json()["error"]["details"]) == ["metadata"]
        assert "b" not in self.alice.metadata

    def test_changes_nothing_where_one_of_two_is_too_large(self):
        self.update(preferences={"a": "x" * 10_000})

        self.update(metadata={"b": 1}, preferences={"b": "x" * 10_000})

        assert "b" not in self.alice.metadata

    def test_is_open_to_operators(self):
        response = self.update(make_user(is_staff=True), metadata={"vip": True})

        assert response.status_code == 200
        assert self.alice.metadata["vip"] is True

    def test_hides_other_users(self):
        response = self.update(make_user(), metadata={"a": 1})

        assert response.status_code == 404
        assert "a" not in User.objects.get(pk=self.alice.pk).metadata

    def test_refuses_anonymous_callers(self):
        response = api_client().put(f"/api/users/{self.alice.pk}", {})

        assert response.status_code == 401
