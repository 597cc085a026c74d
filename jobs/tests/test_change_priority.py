from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_job, row_of


class ChangePriorityTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.operator = make_user(is_staff=True)

    def patch(self, job, body, *, user=None):
        return api_client(user or self.alice).patch(f"/api/jobs/{job.pk}", body)

    def assert_unchanged(self, job, body, *, status, user=None):
        before = row_of(job)
        response = self.patch(job, body, user=user)
        assert response.status_code == status
        assert row_of(job) == before
        return response.json()["error"]

    def test_moves_a_job_that_waits(self):
        first, second = make_job(owner=self.alice), make_job(owner=self.alice)

        response = self.patch(second, {"priority": 1})

        data = response.json()["data"]
        assert response.status_code == 200
        assert (data["id"], data["priority"], data["queuePosition"]) == (
            second.pk,
            1,
            1,
        )
        assert list(Job.objects.ready()) == [second, first]

    def test_moves_it_back_again(self):
        jobs = [make_job(owner=self.alice) for _ in range(3)]

        for priority in (5, -10, 0):
            self.patch(jobs[1], {"priority": priority})

        assert list(Job.objects.ready()) == jobs

    def test_moves_a_job_that_is_delayed(self):
        job = make_job(owner=self.alice, status="delayed")

        assert self.patch(job, {"priority": 2}).status_code == 200
        assert row_of(job)["priority"] == 2

    def test_refuses_a_job_that_does_not_wait(self):
        jobs = [make_job(owner=self.alice, status=status) for status in Job.ENDED]
        for job in [make_active_job(owner=self.alice), *jobs]:
            with self.subTest(job.status):
                error = self.assert_unchanged(job, {"priority": 1}, status=409)

                assert error["type"] == "CONFLICT"
                assert error["message"] == (
                    f"A job that is {job.status} cannot be moved in the queue."
                )

    def test_is_within_the_bounds_of_a_user(self):
        job = make_job(owner=self.alice)
        for priority in (-10, 5):
            with self.subTest(priority):
                assert self.patch(job, {"priority": priority}).status_code == 200
        for priority in (-11, 6, 11, 10**30, -(10**400)):
            with self.subTest(priority=str(priority)[:9]):
                error = self.assert_unchanged(job, {"priority": priority}, status=400)

                assert list(error["details"]) == ["priority"]

    def test_goes_up_to_10_for_operators(self):
        job = make_job(owner=self.alice)

        raised = self.patch(job, {"priority": 10}, user=self.operator)

        assert raised.json()["data"]["priority"] == 10
        self.assert_unchanged(job, {"priority": 11}, status=400, user=self.operator)

    def test_refuses_nonsense(self):
        job = make_job(owner=self.alice)
        for value in ("high", "", 1.5, None, True, [], {}):
            with self.subTest(value):
                error = self.assert_unchanged(job, {"priority": value}, status=400)

                assert list(error["details"]) == ["priority"]

    def test_needs_a_body(self):
        job = make_job(owner=self.alice)

        for body in (None, {}):
            with self.subTest(body):
                error = self.assert_unchanged(job, body, status=400)

                assert list(error["details"]) == ["priority"]

    def test_needs_an_object(self):
        job = make_job(owner=self.alice)

        for body in ([], "x", 1):
            with self.subTest(body):
                self.assert_unchanged(job, body, status=400)

    def test_changes_nothing_else(self):
        job = make_job(owner=self.alice)
        for field in ("status", "rank", "payload", "maxAttempts", "owner", "lane"):
            with self.subTest(field):
                body = {"priority": 1, field: "completed"}
                error = self.assert_unchanged(job, body, status=400)

                assert list(error["details"]) == [field]

    def test_asks_strangers_to_sign_in(self):
        job = make_job(owner=self.alice)

        response = api_client().patch(f"/api/jobs/{job.pk}", {"priority": 1})

        assert response.status_code == 401
        assert row_of(job)["priority"] == 0

    def test_hides_jobs_of_other_users(self):
        job = make_job(owner=self.bob)

        for body in ({"priority": 1}, {"priority": "nonsense"}):
            with self.subTest(body):
                self.assert_unchanged(job, body, status=404)
