"""What the health report depends on, made to be there or not."""

import sys
from unittest.mock import patch

from django.test import override_settings


def forget_last_report(test):
    test.enterContext(patch("monitoring.health._last", (float("-inf"), {})))


def with_chromium():
    return override_settings(CHROMIUM_PATH=sys.executable)


def without_chromium():
    return override_settings(CHROMIUM_PATH="no-such-program")
