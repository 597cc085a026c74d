import re

from django.test import TestCase, override_settings

from accounts.models import User
from accounts.tests.factories import PASSWORD, api_client, make_user

EMAIL = "ada@example.com"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def sign_up(**fields):
    body = {"email": EMAIL, "password": PASSWORD, **fields}
    return api_client().post("/api/users", body)


class SignUpTests(TestCase):
    def test_answers_201_with_the_new_user(self):
        response = sign_up(metadata={"team_name": "a"}, preferences={"theme": "dark"})

        user = User.objects.get()
        assert response.status_code == 201
        assert response.json() == {
            "success": True,
            "data": {
                "user": {
                    "id": user.pk,
                    "email": EMAIL,
                    "createdAt": response.json()["data"]["user"]["createdAt"],
                    "lastLoginAt": None,
                    "metadata": {"team_name": "a"},
                    "preferences": {"theme": "dark"},
                    "stats": {
                        "totalSessions": 0,
                        "totalJobs": 0,
                        "totalFilesGenerated": 0,
                        "storedBytes": 0,
                        "lastActivity": None,
                    },
                }
            },
        }

    def test_gives_the_user_a_prefixed_id(self):
        sign_up()

        assert User.objects.get().pk.startswith("user_")

    def test_writes_times_in_utc_with_milliseconds(self):
        response = sign_up()

        created_at = response.json()["data"]["user"]["createdAt"]
        assert TIMESTAMP.fullmatch(created_at)

    def test_stores_the_password_as_a_hash(self):
        sign_up()

        user = User.objects.get()
        assert PASSWORD not in user.password
        assert user.check_password(PASSWORD)

    def test_stores_the_address_in_lower_case(self):
        sign_up(email="Ada@EXAMPLE.com")

        assert User.objects.get().email == EMAIL

    def test_refuses_a_taken_address(self):
        make_user(email=EMAIL)

        response = sign_up()

        assert response.status_code == 409
        assert response.json()["error"]["type"] == "CONFLICT"

    def test_refuses_a_taken_address_in_another_case(self):
        make_user(email=EMAIL)

        response = sign_up(email="ADA@Example.COM")

        assert response.status_code == 409
        assert User.objects.count() == 1

    @override_settings(SIGN_UP_OPEN=False)
    def test_is_forbidden_where_sign_up_is_closed(self):
        response = sign_up()

        assert response.status_code == 403
        assert response.json()["error"]["type"] == "FORBIDDEN"
        assert not User.objects.exists()


class InvalidSignUpTests(TestCase):
    def assert_refused(self, response, field):
        error = response.json()["error"]
        assert response.status_code == 400
        assert error["type"] == "VALIDATION_ERROR"
        assert list(error["details"]) == [field]
        assert not User.objects.exists()

    def test_names_missing_fields(self):
        response = api_client().post("/api/users", {})

        assert response.status_code == 400
        assert set(response.json()["error"]["details"]) == {"email", "password"}

    def test_refuses_values_of_the_wrong_type(self):
        for field, value in [
            ("email", {"at": "example.com"}),
            ("email", None),
            ("password", ["a"]),
            ("password", None),
            ("metadata", "text"),
            ("metadata", ["a"]),
            ("preferences", 1),
            ("preferences", None),
        ]:
            with self.subTest(field=field, value=value):
                self.assert_refused(sign_up(**{field: value}), field)

    def test_refuses_a_body_that_is_no_object(self):
        for body in ([1], "text", 1, None, True):
            with self.subTest(body=body):
                response = api_client().post("/api/users", body, format="json")

                assert response.status_code == 400

    def test_refuses_empty_values(self):
        self.assert_refused(sign_up(email=""), "email")
        self.assert_refused(sign_up(password=""), "password")

    def test_refuses_what_is_no_address(self):
        for email in ("ada", "ada@", "@example.com", "a b@example.com"):
            with self.subTest(email=email):
                self.assert_refused(sign_up(email=email), "email")

    def test_refuses_values_that_are_too_long(self):
        self.assert_refused(sign_up(email=f"a@{'b.' * 130}example.com"), "email")
        self.assert_refused(sign_up(password="x7-" * 43), "password")

    def test_refuses_an_address_that_is_too_long_once_normalized(self):
        ligature_of_18_letters = "\ufdfa"

        response = sign_up(email=f"a@{ligature_of_18_letters * 60}.com")

        self.assert_refused(response, "email")

    def test_refuses_weak_passwords(self):
        for password in ("q7#x", "password123", "82649173650", EMAIL):
            with self.subTest(password=password):
                self.assert_refused(sign_up(password=password), "password")

    def test_names_an_unknown_field(self):
        response = sign_up(nickname="Ada")

        self.assert_refused(response, "nickname")

    def test_refuses_fields_that_clients_may_not_set(self):
        for field in ("id", "isStaff", "is_staff", "isSuperuser", "stats", "createdAt"):
            with self.subTest(field=field):
                self.assert_refused(sign_up(**{field: True}), field)

    def test_refuses_more_metadata_than_16_kib(self):
        self.assert_refused(sign_up(metadata={"a": "x" * 16_384}), "metadata")
