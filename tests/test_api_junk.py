"""Whatever is sent to the endpoints of jobs and webhooks, none breaks."""

from urllib.parse import quote

from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.tests.factories import make_active_job, make_completed_job, make_job

IDS = [
    "job_" + "0" * 26,
    "JOB_" + "0" * 26,
    "0",
    "-",
    "_",
    "null",
    "stats",
    "lanes",
    "'; DROP TABLE jobs_job --",
    "../../etc/passwd",
    "..",
    "%",
    "%00",
    "\x00",
    "\n",
    "ü",
    "\u0661",
    "a" * 5_000,
]
BODIES = [
    b"",
    b"{",
    b"{}",
    b"[]",
    b"null",
    b"0",
    b'"x"',
    b"NaN",
    b"\xff\xfe",
    b"[" * 50_000,
    b'{"": ""}',
    b'{"priority": null}',
    b'{"priority": 1e400}',
    b'{"priority": 1e30}',
    b'{"priority": -99999999999999999999}',
    b'{"priority": {"a": []}}',
    b'{"priority": "\\ud800"}',
    b'{"reason": "\\u0000"}',
    b'{"reason": {"a": 1}}',
    b'{"reason": "' + b"x" * 70_000 + b'"}',
]
QUERIES = [
    "wait=",
    "wait=nan",
    "wait=1e999",
    "wait=-0.0",
    "wait=0&wait=x",
    "limit=0",
    "limit=\x00",
    "cursor=job_" + "z" * 26,
    "cursor=%00",
    "status=%00",
    "since=0000-00-00",
    "userId=" + "a" * 5_000,
    "a[]=1&__proto__=x",
    "&&==&",
    "%ff",
]
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


class JunkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.clients = [
            api_client(cls.alice),
            api_client(make_user(is_staff=True)),
            api_client(),
        ]
        jobs = [
            make_job(owner=cls.alice),
            make_active_job(owner=cls.alice),
            make_completed_job(owner=cls.alice),
        ]
        cls.job_ids = [job.pk for job in jobs]

    def assert_answered(self, method, path, body=b"", query=""):
        for client in self.clients:
            with self.subTest(method, path=path[:80], body=body[:40], query=query[:40]):
                response = client.generic(
                    method,
                    f"{path}?{query}" if query else path,
                    body,
                    content_type="application/json",
                )

                assert response.status_code < 500
                if response.status_code >= 400 and method != "HEAD":
                    assert response.json()["success"] is False

    def test_as_an_id_is_answered(self):
        for junk in IDS:
            for path in (
                f"/api/jobs/{quote(junk, safe='')}",
                f"/api/jobs/{quote(junk, safe='')}/cancel",
                f"/api/jobs/{quote(junk, safe='')}/retry",
                f"/api/jobs/{quote(junk, safe='')}/events",
                f"/api/jobs/lanes/{quote(junk, safe='')}/pause",
                f"/api/webhooks/deliveries/{quote(junk, safe='')}/retry",
            ):
                for method in ("GET", "POST", "DELETE"):
                    self.assert_answered(method, path)

    def test_as_a_body_is_answered(self):
        for body in BODIES:
            for job_id in self.job_ids:
                self.assert_answered("PATCH", f"/api/jobs/{job_id}", body)
            self.assert_answered("POST", f"/api/jobs/{self.job_ids[0]}/cancel", body)
            self.assert_answered("POST", f"/api/jobs/{self.job_ids[2]}/retry", body)
            self.assert_answered("POST", "/api/webhooks/secret/rotate", body)
            self.assert_answered("POST", "/api/webhooks/deliveries/x/retry", body)
            self.assert_answered("POST", "/api/files/generate/pdf", body)

    def test_as_a_query_is_answered(self):
        for query in QUERIES:
            for path in (
                "/api/jobs",
                "/api/jobs/stats",
                "/api/jobs/lanes",
                f"/api/jobs/{self.job_ids[2]}",
                "/api/webhooks/deliveries",
                "/api/webhooks/secret",
            ):
                self.assert_answered("GET", path, query=query)

    def test_as_a_method_is_answered(self):
        for method in METHODS:
            for path in (
                "/api/jobs",
                "/api/jobs/stats",
                "/api/jobs/lanes",
                "/api/jobs/lanes/ai",
                "/api/jobs/lanes/ai/pause",
                f"/api/jobs/{self.job_ids[0]}",
                "/api/webhooks",
                "/api/webhooks/secret",
                "/api/webhooks/secret/rotate",
                "/api/webhooks/deliveries",
                "/api/webhooks/deliveries/x/retry",
            ):
                self.assert_answered(method, path)
