from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings


def found():
    return {message.id for message in run_checks()}


class SharedCountsCheckTests(SimpleTestCase):
    @override_settings(WEB_CONCURRENCY=2, REDIS_URL="")
    def test_refuses_processes_that_count_for_themselves(self):
        assert "platform.E001" in found()

    @override_settings(WEB_CONCURRENCY=2, REDIS_URL="")
    def test_names_the_remedy(self):
        error = next(item for item in run_checks() if item.id == "platform.E001")

        assert "WEB_CONCURRENCY is 2" in error.msg
        assert "REDIS_URL" in error.hint

    @override_settings(WEB_CONCURRENCY=2, REDIS_URL="redis://localhost")
    def test_is_content_with_redis(self):
        assert "platform.E001" not in found()

    @override_settings(WEB_CONCURRENCY=1, REDIS_URL="")
    def test_is_content_with_one_process(self):
        assert "platform.E001" not in found()


class RateLimitsCheckTests(SimpleTestCase):
    @override_settings(RATE_LIMITS_ENABLED=False)
    def test_warns_where_limits_are_off(self):
        assert "platform.W001" in found()

    @override_settings(RATE_LIMITS_ENABLED=True)
    def test_is_content_by_default(self):
        assert "platform.W001" not in found()
