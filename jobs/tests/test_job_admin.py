from django.conf import settings
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_user
from jobs.lanes import describe_lanes
from jobs.models import Job, Lane
from jobs.tests.factories import make_active_job, make_job, make_node, row_of

LIST = reverse("admin:jobs_job_changelist")
LANES = reverse("admin:jobs_lane_changelist")


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

    def test_cancels_jobs_that_have_not_ended(self):
        jobs = [make_job(), make_active_job(), make_job(status="delayed")]

        messages = self.run_action("cancel", *jobs, make_job(status="completed"))

        rows = [row_of(job) for job in jobs]
        assert [row["status"] for row in rows] == ["cancelled"] * 3
        assert rows[0]["errors"][0]["message"] == "Cancelled: by an operator"
        assert messages == ["3 cancelled; 1 could not be."]

    def test_retries_jobs_that_failed_or_were_cancelled(self):
        jobs = [make_job(status="failed", attempts=3), make_job(status="cancelled")]
        held = make_active_job()
        held.cancel()
        others = [make_job(), make_job(status="completed"), held]

        messages = self.run_action("retry", *jobs, *others)

        assert [row_of(job)["status"] for job in jobs] == ["waiting", "waiting"]
        assert row_of(jobs[0])["attempts"] == 0
        assert row_of(held)["status"] == "cancelled"
        assert messages == ["2 queued again; 3 could not be."]

    def test_deletes_jobs_that_have_ended(self):
        ended = make_job(status="completed")
        others = [make_job(), make_active_job()]

        messages = self.run_action("remove", ended, *others)

        assert set(Job.objects.all()) == set(others)
        assert messages == ["1 deleted; 2 could not be."]
        ended.owner.refresh_from_db()
        assert ended.owner.kept_jobs == 0

    def test_has_no_other_way_to_delete_jobs(self):
        job = make_job(status="completed")
        url = reverse("admin:jobs_job_delete", args=[job.pk])

        assert self.client.post(url, {"post": "yes"}).status_code == 403
        self.run_action("delete_selected", job)
        assert Job.objects.exists()

    def test_shows_the_errors_of_a_job_as_text(self):
        error = {"message": "<script>alert(1)</script>", "timestamp": "", "attempt": 1}
        job = make_job(status="failed", errors=[error])

        page = self.change_page(job).content.decode()

        assert "alert(1)" in page
        assert "<script>alert(1)" not in page

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


class LaneAdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.operator = make_user(is_staff=True, is_superuser=True)

    def setUp(self):
        self.client.force_login(self.operator)

    def run_action(self, name, *lanes):
        form = {"action": name, "_selected_action": lanes}
        with self.assertLogs("jobs.lanes", "WARNING"):
            response = self.client.post(LANES, form, follow=True)
        return [str(message) for message in response.context["messages"]]

    def paused(self):
        return {lane["name"] for lane in describe_lanes() if lane["paused_at"]}

    def test_shows_every_lane_also_those_that_were_never_paused(self):
        page = self.client.get(LANES)

        names = {lane.name for lane in page.context["cl"].result_list}
        assert names == settings.JOB_LANES.keys()

    def test_pauses_nothing_by_being_looked_at(self):
        self.client.get(LANES)

        assert self.paused() == set()

    def test_leaves_out_lanes_that_this_version_lacks(self):
        Lane.objects.create(name="juggling")

        page = self.client.get(LANES)

        assert "juggling" not in page.content.decode()

    def test_pauses_and_resumes_lanes(self):
        messages = self.run_action("pause", "ai", "browser")
        assert self.paused() == {"ai", "browser"}

        messages += self.run_action("resume", "ai")

        assert self.paused() == {"browser"}
        assert messages == ["2 paused.", "1 resumed."]

    def test_lets_nobody_add_or_delete_a_lane(self):
        Lane.objects.create(name="ai")

        added = self.client.post(reverse("admin:jobs_lane_add"), {"name": "x"})
        deleted = self.client.post(
            reverse("admin:jobs_lane_delete", args=["ai"]), {"post": "yes"}
        )

        assert (added.status_code, deleted.status_code) == (403, 403)
        assert [lane.name for lane in Lane.objects.all()] == ["ai"]

    def test_is_closed_to_users(self):
        self.client.force_login(make_user())

        assert self.client.get(LANES).status_code == 302
        assert not Lane.objects.exists()
