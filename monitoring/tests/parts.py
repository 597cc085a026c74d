"""What the health report depends on, made to be there or not."""

from unittest.mock import patch


def forget_last_report(test):
    test.enterContext(patch("monitoring.health._last", (float("-inf"), {})))


def with_chromium():
    return patch("monitoring.health.unavailability", lambda: None)


def without_chromium():
    return patch("monitoring.health.unavailability", lambda: "There is none.")
