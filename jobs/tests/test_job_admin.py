from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_user
from jobs.models import Job
from jobs.tests.factories import make_active_job, make_job, make_node

LIST = reverse("admin:jobs_job_changelist")


class JobAdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.operator = make_user(is_staff=True, is_superuser=True)

    def setUp(self):
        self.client.force_login(self.operator)

    def count_queries(self):
        with CaptureQueriesContext(connection) as queries:
            assert self.client.get(LIST).status_code == 200
        return len(queries)

    def run_action(self, name, *jobs):
        form = {"action": name, "_selected_action": [job.pk for job in jobs]}
        response = self.client.post(LIST, form, follow=True)
        return [str(message) for message in response.context["messages"]]

    def change_page(self, job):
        return self.client.get(reverse("admin:jobs_job_change", args=[job.pk]))

    def test_takes_as_many_queries_for_12_jobs_as_for_2(self):
        for _ in range(2):
            make_job()
        few = self.count_queries()
        for _ in range(10):
            make_job()

        assert self.count_queries() == few

    def test_shows_neither_payload_nor_token_in_the_list(self):
        make_active_job(payload={"title": "confidential"})

        page = self.client.get(LIST).content.decode()

        assert "confidential" not in page
        assert Job.objects.get().token not in page

    def test_shows_neither_payload_nor_token_of_a_job(self):
        job = make_active_job(payload={"title": "confidential"})

        page = self.change_page(job).content.decode()

        assert job.pk in page
        assert "confidential" not in page
        assert job.token not in page

    def test_finds_the_jobs_of_a_user(self):
        job, other = make_job(), make_job()

        page = self.client.get(LIST, {"q": job.owner.email}).content.decode()

        assert job.pk in page
        assert other.pk not in page

    def test_cancels_jobs_that_wait(self):
        waiting, active = make_job(), make_active_job()

        messages = self.run_action("cancel", waiting, active)

        waiting.refresh_from_db()
        active.refresh_from_db()
        assert (waiting.status, active.status) == ("cancelled", "active")
        assert messages == ["1 cancelled; 1 not in that state."]

    def test_retries_jobs_that_failed(self):
        failed = make_job(status="failed", attempts=3)
        completed = make_job(status="completed")

        messages = self.run_action("retry", failed, completed)

        failed.refresh_from_db()
        completed.refresh_from_db()
        assert (failed.status, failed.attempts) == ("waiting", 0)
        assert completed.status == "completed"
        assert messages == ["1 queued again; 1 not in that state."]

    def test_lets_nobody_add_a_job(self):
        assert self.client.get(reverse("admin:jobs_job_add")).status_code == 403

    def test_lets_nobody_write_into_a_job(self):
        job = make_job()
        url = reverse("admin:jobs_job_change", args=[job.pk])

        self.client.post(url, {"status": "completed", "priority": 10})

        job.refresh_from_db()
        assert (job.status, job.priority) == ("waiting", 0)

    def test_is_closed_to_users(self):
        self.client.force_login(make_user())

        response = self.client.get(LIST)

        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")

    def test_shows_the_worker_nodes(self):
        node = make_node()

        page = self.client.get(reverse("admin:jobs_workernode_changelist"))

        assert node.pk in page.content.decode()

    def test_lets_nobody_add_a_worker_node(self):
        url = reverse("admin:jobs_workernode_add")

        assert self.client.get(url).status_code == 403
