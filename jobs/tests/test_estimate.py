from django.test import TestCase, override_settings

from accounts.tests.factories import make_user
from jobs.submission import estimate_seconds, mean_seconds
from jobs.tests.factories import make_completed_job, make_job


@override_settings(JOB_WORKERS=2)
class EstimateTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        mean_seconds.cache.clear()

    def test_is_a_second_where_none_has_ended_yet(self):
        assert estimate_seconds(make_job(owner=self.alice)) == 1.0

    def test_is_the_mean_of_its_kind(self):
        make_completed_job(owner=self.alice, seconds=2)
        make_completed_job(owner=self.alice, seconds=4)
        make_completed_job(owner=self.alice, seconds=100, kind="other")

        assert estimate_seconds(make_job(owner=self.alice)) == 3.0

    def test_looks_at_the_twenty_latest(self):
        make_completed_job(owner=self.alice, seconds=1000)
        for _ in range(20):
            make_completed_job(owner=self.alice, seconds=2)

        assert estimate_seconds(make_job(owner=self.alice)) == 2.0

    def test_ignores_jobs_that_failed(self):
        make_completed_job(owner=self.alice, seconds=50, status="failed")

        assert estimate_seconds(make_job(owner=self.alice)) == 1.0

    def test_shares_the_jobs_ahead_among_the_workers(self):
        for _ in range(3):
            make_job(owner=self.alice)
        job = make_job(owner=self.alice)
        make_job(owner=self.alice)

        assert estimate_seconds(job) == 2.5

    def test_takes_two_queries(self):
        job = make_job(owner=self.alice)

        with self.assertNumQueries(2):
            estimate_seconds(job)
