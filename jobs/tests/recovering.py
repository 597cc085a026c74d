import os
from contextlib import contextmanager
from unittest.mock import patch

from django.test import TestCase, override_settings

from accounts.tests.factories import make_user
from jobs.models import Job
from jobs.recovery import Recovery
from jobs.tests.factories import (
    make_active_job,
    make_node,
    registered,
)

# No process has this number and this start.
DEAD = f"{os.getpid()}:1"


@override_settings(JOB_WORKERS=4)
class RecoveryTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.recovery = Recovery()
        self.clock = self.enterContext(patch("jobs.recovery.monotonic"))
        # The workers of these tests are this very process.
        self.kill = self.enterContext(
            patch("jobs.recovery.kill_session", autospec=True, return_value=0)
        )
        self.enterContext(patch("jobs.recovery.logger"))
        self.handler = self.enterContext(registered(timeout_seconds=60))

    def look(self, *, at=0.0):
        """Look at this moment of the node's own clock; return the job."""
        self.clock.return_value = 1000.0 + at
        self.recovery.look()
        return Job.objects.first()

    def make_job_here(self, *, process=None, **fields):
        node = make_node()
        return make_active_job(
            owner=self.alice, node_id=node.pk, process=process, **fields
        )

    def make_lost_job(self, **fields):
        return self.make_job_here(process=DEAD, **fields)

    def make_job_elsewhere(self, **fields):
        node = make_node(host="elsewhere", process=DEAD)
        return make_active_job(
            owner=self.alice, node_id=node.pk, process=DEAD, **fields
        )

    def beat(self):
        job = Job.objects.get()
        Job.objects.update(heartbeats=job.heartbeats + 1)

    @contextmanager
    def kind(self, **fields):
        with registered(**fields) as handler:
            self.handler = handler
            yield
