from unittest import mock

import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import TestCase, override_settings
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.tests.factories import (
    PASSWORD,
    api_client,
    bearer_client,
    make_session,
    make_user,
)

LIMITS = dict.fromkeys(settings.RATE_LIMITS, "2/m")


@override_settings(RATE_LIMITS_ENABLED=True, RATE_LIMITS=LIMITS)
class LimitTestCase(TestCase):
    def setUp(self):
        cache.clear()
        self.addCleanup(cache.clear)
        # No window ends in the middle of a test.
        self.enterContext(time_machine.travel(timezone.now(), tick=False))

    def exhaust(self, client, url):
        for _ in range(2):
            assert client.get(url).status_code != 429


class LimitedEndpointTests(LimitTestCase):
    def setUp(self):
        super().setUp()
        self.alice = make_user()
        self.client = api_client(self.alice)
        self.url = f"/api/users/{self.alice.pk}"

    def test_tells_the_limit_on_success(self):
        response = self.client.get(self.url)

        assert response.status_code == 200
        assert response.headers["RateLimit-Limit"] == "2"
        assert response.headers["RateLimit-Remaining"] == "1"
        assert 1 <= int(response.headers["RateLimit-Reset"]) <= 60

    def test_answers_429_over_the_limit(self):
        self.exhaust(self.client, self.url)

        response = self.client.get(self.url)

        error = response.json()["error"]
        assert response.status_code == 429
        assert error["type"] == "RATE_LIMIT_EXCEEDED"
        assert response.headers["Retry-After"] == str(error["retryAfter"])
        assert response.headers["RateLimit-Reset"] == str(error["retryAfter"])
        assert response.headers["RateLimit-Remaining"] == "0"

    def test_tells_the_limit_on_errors(self):
        response = self.client.get("/api/users/user_0")

        assert response.status_code == 404
        assert response.headers["RateLimit-Remaining"] == "1"

    def test_counts_each_user_separately(self):
        self.exhaust(self.client, self.url)

        response = api_client(make_user()).get(self.url)

        assert response.status_code == 404

    def test_counts_the_sessions_of_a_user_together(self):
        for _ in range(2):
            token = make_session(user=self.alice).token
            assert bearer_client(token).get(self.url).status_code == 200

        assert self.client.get(self.url).status_code == 429

    def test_counts_each_endpoint_separately(self):
        self.exhaust(self.client, self.url)

        assert self.client.get(f"{self.url}/sessions").status_code == 200
        assert self.client.put(self.url, {}).status_code == 200

    def test_counts_the_methods_of_other_endpoints_together(self):
        self.exhaust(self.client, "/api/nowhere")

        assert self.client.get("/api/elsewhere").status_code == 429

    @override_settings(RATE_LIMITS_ENABLED=False)
    def test_is_not_limited_where_limits_are_off(self):
        responses = [self.client.get(self.url) for _ in range(3)]

        assert [response.status_code for response in responses] == [200, 200, 200]
        assert "RateLimit-Limit" not in responses[0].headers

    @mock.patch("common.rate_limits.get_usage", autospec=True)
    def test_is_not_limited_where_redis_cannot_be_reached(self, get_usage):
        get_usage.side_effect = RedisConnectionError

        with self.assertLogs("common.rate_limits", "ERROR"):
            responses = [self.client.get(self.url) for _ in range(3)]

        assert [response.status_code for response in responses] == [200, 200, 200]


class PublicLimitTests(LimitTestCase):
    def sign_in_from(self, address, client=None):
        body = {"email": "a@example.com", "password": "wrong"}
        client = client or api_client()
        return client.post("/api/sessions", body, REMOTE_ADDR=address)

    def test_counts_by_address(self):
        for _ in range(2):
            self.sign_in_from("203.0.113.7")

        assert self.sign_in_from("203.0.113.7").status_code == 429
        assert self.sign_in_from("203.0.113.8").status_code != 429

    def test_counts_a_whole_ipv6_network(self):
        for host in (1, 2):
            self.sign_in_from(f"2001:db8::{host}")

        assert self.sign_in_from("2001:db8::3").status_code == 429

    def test_counts_requests_that_are_not_valid(self):
        for _ in range(2):
            api_client().post("/api/users", b"{", content_type="application/json")

        response = api_client().post("/api/users", {})

        assert response.status_code == 429

    def test_is_not_renewed_by_forged_headers(self):
        for number in range(3):
            response = api_client().post(
                "/api/sessions",
                {},
                headers={
                    "x-forwarded-for": f"198.51.100.{number}",
                    "authorization": f"Bearer tok_{number}",
                },
            )

        assert response.status_code == 429

    def test_does_not_limit_health(self):
        responses = [api_client().get("/health") for _ in range(3)]

        assert all(response.status_code == 200 for response in responses)
        assert "RateLimit-Limit" not in responses[0].headers


class LoginPageLimitTests(LimitTestCase):
    form = {"username": "a@example.com", "password": "wrong"}

    def test_counts_logins_on_every_page_and_by_the_api_together(self):
        self.client.post("/auth/login", self.form)
        self.client.post("/admin/login/", self.form)

        by_api = api_client().post("/api/sessions", {})
        on_page = self.client.post("/auth/login", self.form)

        assert by_api.status_code == on_page.status_code == 429

    def test_says_when_to_try_again(self):
        for _ in range(3):
            response = self.client.post("/auth/login", self.form)

        error = response.json()["error"]
        assert error["type"] == "RATE_LIMIT_EXCEEDED"
        assert response.headers["Retry-After"] == str(error["retryAfter"])

    def test_tells_the_limit(self):
        response = self.client.post("/auth/login", self.form)

        assert response.headers["RateLimit-Remaining"] == "1"

    def test_does_not_count_looking_at_the_page(self):
        responses = [self.client.get("/auth/login") for _ in range(3)]

        assert responses[-1].status_code == 200

    def test_lets_people_sign_in(self):
        user = make_user()

        response = self.client.post(
            "/auth/login", {"username": user.email, "password": PASSWORD}
        )

        assert response.status_code == 302


class StrangerLimitTests(LimitTestCase):
    """Requests that nobody has signed count by address."""

    def test_counts_requests_with_bad_tokens(self):
        client = bearer_client("tok_guessed")
        first, second, third = (client.get("/api/jobs") for _ in range(3))

        assert first.status_code == second.status_code == 401
        assert first.headers["RateLimit-Remaining"] == "1"
        assert third.status_code == 429
        assert third.json()["error"]["type"] == "RATE_LIMIT_EXCEEDED"
        assert third.headers["Retry-After"] == str(third.json()["error"]["retryAfter"])

    def test_counts_requests_without_any(self):
        answers = [api_client().get("/api/jobs").status_code for _ in range(3)]

        assert answers == [401, 401, 429]

    def test_does_not_count_them_for_users(self):
        self.exhaust(api_client(), "/api/jobs")

        assert api_client(make_user()).get("/api/jobs").status_code == 200
