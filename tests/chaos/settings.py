"""The platform's own settings, with kinds of job that misbehave."""

import os

from tests.chaos import clock

# Before anything takes the functions that tell the time.
if os.environ.get("CHAOS_CLOCK_CAN_BE_SET"):
    clock.make_settable()

from platform_project.settings import *  # noqa: F403
from platform_project.settings import INSTALLED_APPS, JOB_LANES, Q_CLUSTER

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos"]
ROOT_URLCONF = "tests.chaos.urls"
JOB_LANES = {**JOB_LANES, "chaos": 64}
# For benchmarks: django-q2 as it comes, with the same workers and the same poll.
if os.environ.get("CHAOS_STOCK_BROKER"):
    Q_CLUSTER = {
        name: value for name, value in Q_CLUSTER.items() if name != "broker_class"
    }
