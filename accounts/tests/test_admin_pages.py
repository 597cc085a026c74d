from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import PASSWORD, bearer_client, make_session, make_user

USERS, SESSIONS = "/admin/accounts/user/", "/admin/accounts/session/"


class AdminTestCase(TestCase):
    def setUp(self):
        self.operator = make_user(
            email="ops@example.com", is_staff=True, is_superuser=True
        )
        self.client = Client()
        self.client.force_login(self.operator)

    def number_of_queries(self, url):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert self.client.get(url).status_code == 200
        return len(queries)


class ListPageTests(AdminTestCase):
    def test_shows_users_without_their_password_hashes(self):
        user = make_user()

        response = self.client.get(USERS)

        self.assertContains(response, user.email)
        self.assertNotContains(response, user.password)

    def test_shows_sessions_without_their_digests(self):
        session = make_session()

        for url in (SESSIONS, f"{SESSIONS}{session.pk}/change/"):
            response = self.client.get(url)

            self.assertContains(response, session.pk)
            self.assertNotContains(response, session.token_digest)

    def test_takes_as_many_queries_for_12_users_as_for_2(self):
        make_user()
        with_two = self.number_of_queries(USERS)
        for _ in range(10):
            make_user()

        assert self.number_of_queries(USERS) == with_two

    def test_takes_as_many_queries_for_12_sessions_as_for_2(self):
        for _ in range(2):
            make_session()
        with_two = self.number_of_queries(SESSIONS)
        for _ in range(10):
            make_session()

        assert self.number_of_queries(SESSIONS) == with_two

    def test_finds_by_address(self):
        user, session = make_user(), make_session()

        found = self.client.get(USERS, {"q": user.email})
        sessions = self.client.get(SESSIONS, {"q": session.user.email})

        self.assertContains(found, user.pk)
        self.assertContains(sessions, session.pk)

    def test_sends_ordinary_users_to_the_login(self):
        self.client.force_login(make_user())

        for url in (USERS, SESSIONS):
            response = self.client.get(url)

            assert response.status_code == 302
            assert "/login/" in response.url


class RevokeActionTests(AdminTestCase):
    def test_ends_the_chosen_sessions(self):
        chosen, other = make_session(), make_session()

        self.client.post(
            SESSIONS, {"action": "revoke", "_selected_action": [chosen.pk]}
        )

        chosen.refresh_from_db()
        other.refresh_from_db()
        assert chosen.revoked_at is not None
        assert other.revoked_at is None

    def test_stops_their_tokens(self):
        session = make_session()

        self.client.post(
            SESSIONS, {"action": "revoke", "_selected_action": [session.pk]}
        )

        response = bearer_client(session.token).get(f"/api/users/{session.user_id}")
        assert response.status_code == 401


class AddUserTests(AdminTestCase):
    def add(self, email):
        form = {
            "email": email,
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        return self.client.post(f"{USERS}add/", form)

    def test_stores_the_address_in_lower_case(self):
        self.add("New.User@EXAMPLE.com")

        user = User.objects.exclude(pk=self.operator.pk).get()
        assert user.email == "new.user@example.com"
        assert user.check_password(PASSWORD)

    def test_makes_no_operator(self):
        self.add("new@example.com")

        assert not User.objects.get(email="new@example.com").is_staff

    def test_refuses_a_taken_address_in_another_case(self):
        response = self.add("OPS@example.com")

        assert response.status_code == 200
        assert User.objects.count() == 1


class ChangeUserTests(AdminTestCase):
    def change(self, user, **fields):
        form = {"email": user.email, "is_active": "on", **fields}
        response = self.client.post(f"{USERS}{user.pk}/change/", form)
        user.refresh_from_db()
        return response

    def test_locks_an_account(self):
        user = make_user()

        self.change(user, is_active="", metadata="{}", preferences="{}")

        assert not user.is_active

    def test_takes_an_emptied_free_form_field_for_an_empty_object(self):
        user = make_user(metadata={"a": 1})

        self.change(user, metadata="", preferences="{}")

        assert user.metadata == {}

    def test_refuses_a_free_form_field_that_is_no_object(self):
        user = make_user(metadata={"a": 1})

        self.change(user, metadata='["text"]', preferences="{}")

        assert user.metadata == {"a": 1}
