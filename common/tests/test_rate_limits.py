from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import time_machine
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory, SimpleTestCase, override_settings
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from common.api.throttling import scope_of
from common.rate_limits import caller_of, count_caller

LIMITS = {**settings.RATE_LIMITS, "general": "2/m", "user-read": "2/m"}


def count(scope="general", caller="alice"):
    return count_caller(scope=scope, caller=caller)


@override_settings(RATE_LIMITS_ENABLED=True, RATE_LIMITS=LIMITS)
class CountCallerTests(SimpleTestCase):
    def setUp(self):
        cache.clear()
        self.now = timezone.now()
        self.enterContext(time_machine.travel(self.now, tick=False))

    def test_counts_up(self):
        usages = [count() for _ in range(3)]

        assert [usage.remaining for usage in usages] == [1, 0, 0]
        assert [usage.is_exceeded for usage in usages] == [False, False, True]

    def test_tells_when_the_count_starts_again(self):
        usage = count()

        assert 1 <= usage.reset_seconds <= 60

    def test_starts_again_at_that_time(self):
        for _ in range(2):
            reset_seconds = count().reset_seconds

        later = self.now + timedelta(seconds=reset_seconds + 1)
        with time_machine.travel(later, tick=False):
            assert not count().is_exceeded

    def test_counts_each_caller_separately(self):
        for _ in range(2):
            count(caller="alice")

        assert not count(caller="bob").is_exceeded

    def test_counts_each_scope_separately(self):
        for _ in range(2):
            count(scope="general")

        assert not count(scope="user-read").is_exceeded

    @override_settings(RATE_LIMITS_ENABLED=False)
    def test_counts_nothing_where_limits_are_off(self):
        assert count() is None


@override_settings(RATE_LIMITS_ENABLED=True)
class UnreachableRedisTests(SimpleTestCase):
    def setUp(self):
        get_usage = self.enterContext(
            mock.patch("common.rate_limits.get_usage", autospec=True)
        )
        get_usage.side_effect = RedisConnectionError("redis:6379 refused")

    def test_lets_requests_through(self):
        with self.assertLogs("common.rate_limits", "ERROR"):
            assert count() is None

    def test_tells_the_operator(self):
        with self.assertLogs("common.rate_limits", "ERROR") as logs:
            count()

        assert "REDIS_URL" in logs.output[0]


class CallerTests(SimpleTestCase):
    def setUp(self):
        self.request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")

    def test_is_the_user_who_is_signed_in(self):
        user = SimpleNamespace(pk="user_1", is_authenticated=True)

        assert caller_of(self.request, user) == "user_1"

    def test_is_the_network_of_anybody_else(self):
        assert caller_of(self.request, AnonymousUser()) == "203.0.113.7"
        assert caller_of(self.request, None) == "203.0.113.7"


class ScopeTests(SimpleTestCase):
    def setUp(self):
        self.request = RequestFactory().put("/")

    def test_is_general_where_the_view_names_none(self):
        assert scope_of(self.request, SimpleNamespace()) == "general"

    def test_is_the_one_of_the_view(self):
        view = SimpleNamespace(rate_limit="user-read")

        assert scope_of(self.request, view) == "user-read"

    def test_is_the_one_of_the_action_or_method(self):
        scopes = {"update": "user-update", "put": "file-read"}

        by_action = SimpleNamespace(rate_limit=scopes, action="update")
        by_method = SimpleNamespace(rate_limit=scopes)

        assert scope_of(self.request, by_action) == "user-update"
        assert scope_of(self.request, by_method) == "file-read"

    def test_is_general_for_another_action(self):
        view = SimpleNamespace(rate_limit={"list": "job-list"}, action="cancel")

        assert scope_of(self.request, view) == "general"

    def test_is_none_for_a_view_without_limit(self):
        view = SimpleNamespace(rate_limit=None)

        assert scope_of(self.request, view) is None
