"""Makes the time of day what a file says: the clock of a machine that is set.

In Python, as libfaketime's clock_nanosleep() fails in the sleeps of Python 3.11.
Covers what the platform and django-q2 read: timezone.now() and time.time().
"""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone


def make_settable() -> None:
    real_time, real_now = time.time, timezone.now
    clock = Path(os.environ["CHAOS_CLOCK"])

    def offset() -> float:
        try:
            return float(clock.read_text())
        except FileNotFoundError:
            return 0.0

    time.time = lambda: real_time() + offset()
    timezone.now = lambda: real_now() + timedelta(seconds=offset())
