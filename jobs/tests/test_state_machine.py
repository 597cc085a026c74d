"""The engine against its model, by random walks through everything that happens.

HYPOTHESIS_PROFILE=thorough pytest jobs/tests/test_state_machine.py
"""

import os

from django.test import TestCase, override_settings
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.tests.factories import make_user
from jobs.tests.engine_machine import EngineMachine
from jobs.tests.engine_model import LANES, WORKERS

PROFILES = {
    "": settings(max_examples=50, stateful_step_count=40),
    "thorough": settings(max_examples=2000, stateful_step_count=50),
}
PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "")]


@override_settings(
    JOB_WORKERS=WORKERS,
    JOB_LANES=LANES,
    JOB_LIMIT=1000,
    JOB_LIMIT_OF_USER=1000,
    JOB_RETENTION_DAYS=1,
)
class StateMachineTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        EngineMachine.users = [make_user(), make_user()]

    def test_does_what_its_model_says(self):
        run_state_machine_as_test(
            EngineMachine, settings=settings(PROFILE, deadline=None, database=None)
        )
