import json
from datetime import timedelta
from unittest.mock import patch

from django.conf import settings
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import api_client, make_user
from common.exceptions import RequestTimedOut
from files.api.ndjson import FirstLine
from files.models import StoredFile
from files.tests.factories import stored_names, unfinished_names
from files.tests.tables import rows_of
from jobs.models import Job
from jobs.tasks import work_one

URL = "/api/files/generate/csv"
REQUEST = {"headers": [{"id": "a", "title": "A"}], "fileName": "Sales"}
ROWS = b'{"a":1}\n[2]\n'


def ndjson(request=REQUEST, rows=ROWS):
    return json.dumps(request).encode() + b"\n" + rows


class RequestNDJSONTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.before = stored_names()

    def post(self, body=None, *, user=None, **extra):
        return api_client(user or self.alice).post(
            URL,
            ndjson() if body is None else body,
            content_type="application/x-ndjson",
            **extra,
        )

    def assert_nothing_is_left(self):
        assert stored_names() == self.before
        assert unfinished_names() == set()
        assert not StoredFile.objects.exists()

    def test_queues_a_job_that_makes_the_table(self):
        response = self.post()

        assert response.status_code == 202
        work_one("node")
        job = Job.objects.get()
        assert job.status == "completed", job.errors
        assert rows_of(job) == [["A"], ["1"], ["2"]]
        assert job.result["file"]["type"] == "csv"

    def test_stores_the_rows_for_a_day_after_the_job_begins(self):
        for options, wait in (
            ({}, timedelta()),
            ({"delaySeconds": 3600}, timedelta(hours=1)),
            ({"runAt": (timezone.now() + timedelta(days=9)).isoformat()}, None),
        ):
            with self.subTest(options):
                self.post(ndjson({**REQUEST, "options": options}))

                source = StoredFile.objects.order_by("pk").last()
                wait = timedelta(days=9) if wait is None else wait
                kept = source.expires_at - timezone.now() - wait
                assert abs(kept - timedelta(days=1)) < timedelta(seconds=10)

    def test_stores_the_rows_as_an_upload_of_their_sender(self):
        self.post()

        source = StoredFile.objects.get()
        job = Job.objects.get()
        assert (settings.FILES_ROOT / source.file_name).read_bytes() == ROWS
        assert (source.owner, source.origin) == (self.alice, "upload")
        assert job.payload == {
            "file_name": "Sales",
            "columns": [{"id": "a", "title": "A"}],
            "rows_from": source.file_name,
        }

    def test_refuses_a_first_line_that_is_no_request(self):
        for line, field in (
            (b"\n", None),
            (b"x\n", None),
            (b"[1]\n", None),
            (b'{"headers":[]}\n', "headers"),
            (b'{"rows":[{"a":1}]}\n', "rows"),
            (b'{"colour":1}\n', "colour"),
            (b'{"options":{"delimiter":"x"}}\n', "options.delimiter"),
            (b"x" * 1_000_001, None),
        ):
            with self.subTest(line[:20]):
                response = self.post(line + ROWS)

                error = response.json()["error"]
                assert response.status_code == 400
                assert list(error.get("details", {})) == ([field] if field else [])
        self.assert_nothing_is_left()

    def test_needs_rows(self):
        response = self.post(ndjson(rows=b""))

        assert response.status_code == 400
        assert "each line after the first" in response.json()["error"]["message"]
        self.assert_nothing_is_left()

    def test_asks_strangers_to_sign_in(self):
        response = api_client().post(URL, ndjson(), content_type="application/x-ndjson")

        assert response.status_code == 401
        self.assert_nothing_is_left()

    def test_tells_a_slow_client_and_keeps_nothing(self):
        with patch.object(FirstLine, "chunks", side_effect=RequestTimedOut):
            response = self.post()

        assert response.status_code == 408
        assert response.json()["error"]["type"] == "REQUEST_TIMEOUT"
        self.assert_nothing_is_left()

    def test_is_streamed_where_it_is_taken(self):
        routes = {reverse(f"file-generate-{kind}") for kind in ("csv", "xlsx")}

        assert routes == set(settings.STREAMED_BODIES["application/x-ndjson"])

    def test_makes_one_job_of_a_request_that_is_sent_again(self):
        headers = {"Idempotency-Key": "one"}

        first, again = self.post(headers=headers), self.post(headers=headers)

        assert again.json()["data"]["jobId"] == first.json()["data"]["jobId"]
        assert again.headers["Idempotency-Replayed"] == "true"
        assert StoredFile.objects.count() == 1
        assert len(stored_names() - self.before) == 1

    def test_tells_requests_apart_by_their_rows(self):
        headers = {"Idempotency-Key": "one"}
        self.post(headers=headers)

        for body in (ndjson(rows=ROWS + b"[3]"), ndjson({**REQUEST, "fileName": "x"})):
            with self.subTest(body):
                response = self.post(body, headers=headers)

                assert response.status_code == 422
                assert StoredFile.objects.count() == 1

    @override_settings(JOB_LIMIT_OF_USER=0)
    def test_leaves_nothing_where_the_job_cannot_be_queued(self):
        response = self.post()

        assert response.status_code == 429
        self.assert_nothing_is_left()

    @override_settings(USER_QUOTA_MB=1)
    def test_refuses_rows_that_the_user_has_no_room_for(self):
        response = self.post(ndjson(rows=b"[1]\n" * 300_000))

        assert response.status_code == 403
        assert response.json()["error"]["type"] == "QUOTA_EXCEEDED"
        self.assert_nothing_is_left()
