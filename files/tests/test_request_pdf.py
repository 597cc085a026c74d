from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job

URL = "/api/files/generate/pdf"
DOCUMENT = {
    "title": "Quarterly report",
    "content": [
        {"type": "heading", "text": "Sales", "level": 2},
        {"type": "paragraph", "text": "They rose.", "align": "justify"},
        {"type": "list", "items": ["North", "South"], "ordered": True},
        {"type": "table", "rows": [["Region", "n"], ["North", 12], ["South", None]]},
    ],
    "metadata": {"author": "Ada", "own_key": {"kept_asSent": 1}},
}


class RequestPdfTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.operator = make_user(is_staff=True)

    def post(self, document=DOCUMENT, *, user=None, **extra):
        return api_client(user or self.alice).post(URL, document, **extra)

    def test_answers_that_the_job_is_queued(self):
        response = self.post()

        job = Job.objects.get()
        assert response.status_code == 202
        assert response.headers["Location"] == f"/api/jobs/{job.pk}"
        assert response.json() == {
            "success": True,
            "data": {
                "jobId": job.pk,
                "status": "waiting",
                "message": f"The job is waiting. Follow it at /api/jobs/{job.pk}.",
                "estimatedTime": 1.0,
            },
        }

    def test_stores_the_document_with_the_job(self):
        self.post()

        job = Job.objects.get()
        assert (job.owner, job.kind, job.type) == (self.alice, "pdf", "file-generation")
        assert job.payload["title"] == DOCUMENT["title"]
        for stored, sent in zip(
            job.payload["content"], DOCUMENT["content"], strict=True
        ):
            assert sent.items() <= stored.items()
        assert job.payload["metadata"] == DOCUMENT["metadata"]

    def test_counts_the_job_for_its_owner(self):
        self.post()

        self.alice.refresh_from_db()
        assert self.alice.total_jobs == 1

    def test_needs_a_title_or_content_only(self):
        for document in (
            {"title": "Report"},
            {"content": [{"type": "paragraph", "text": "x"}]},
        ):
            with self.subTest(document):
                assert self.post(document).status_code == 202

    def test_fills_in_what_a_block_leaves_out(self):
        blocks = [
            {"type": "heading", "text": "a"},
            {"type": "paragraph", "text": "b"},
            {"type": "list", "items": ["c"]},
        ]

        self.post({"content": blocks})

        heading, paragraph, items = Job.objects.get().payload["content"]
        assert heading["level"] == 1
        assert paragraph == blocks[1]
        assert items["ordered"] is False

    def test_asks_strangers_to_sign_in(self):
        response = api_client().post(URL, DOCUMENT)

        assert response.status_code == 401
        assert not Job.objects.exists()

    def test_answers_no_get(self):
        response = api_client(self.alice).get(URL)

        assert response.status_code == 405
        assert response.json()["error"]["type"] == "METHOD_NOT_ALLOWED"

    def test_takes_json_only(self):
        response = self.post("title=x", content_type="text/plain")

        assert response.status_code == 415


class PriorityTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.operator = make_user(is_staff=True)

    def post(self, priority, *, user=None):
        document = {"title": "x", "options": {"priority": priority}}
        return api_client(user or self.alice).post(URL, document)

    def test_is_stored_with_the_job(self):
        self.post(-3)

        job = Job.objects.get()
        assert job.priority == -3
        assert "priority" not in job.payload["options"]

    def test_is_zero_where_nothing_is_said(self):
        api_client(self.alice).post(URL, {"title": "x", "options": {}})

        assert Job.objects.get().priority == 0

    def test_goes_from_minus_10_to_5_for_users(self):
        for priority in (-10, 5):
            with self.subTest(priority):
                assert self.post(priority).status_code == 202

    def test_goes_up_to_10_for_operators(self):
        assert self.post(10, user=self.operator).status_code == 202

    def test_is_refused_out_of_bounds(self):
        for priority in (-11, 11, "high", 1.5, None, True, [], 10**30):
            with self.subTest(priority):
                response = self.post(priority, user=self.operator)

                error = response.json()["error"]
                assert response.status_code == 400
                assert list(error["details"]) == ["options.priority"]

    def test_is_refused_above_5_for_users(self):
        response = self.post(6)

        details = response.json()["error"]["details"]
        assert response.status_code == 400
        assert details == {"options.priority": ["Above 5 is for operators."]}
