"""What every request that makes a job may say about it."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.submission import mean_seconds
from jobs.tests.factories import make_job

URL = "/api/files/generate/pdf"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class OptionTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.enterContext(time_machine.travel(NOW, tick=False))
        mean_seconds.cache.clear()
        self.addCleanup(mean_seconds.cache.clear)

    def post(self, *, user=None, **fields):
        return api_client(user or self.alice).post(URL, {"title": "x", **fields})

    def accept(self, **options):
        """Submit a job that must be queued, and return it."""
        response = self.post(options=options)
        assert response.status_code == 202, response.content
        return Job.objects.get(pk=response.json()["data"]["jobId"])

    def assert_refused(self, field, **fields):
        response = self.post(**fields)

        error = response.json()["error"]
        assert response.status_code == 400
        assert error["type"] == "VALIDATION_ERROR"
        assert list(error["details"]) == [field]
        assert not Job.objects.exists()


class RunAtTests(OptionTestCase):
    def test_delays_a_job(self):
        job = self.accept(runAt="2026-11-23T10:30:00Z")

        assert (job.status, job.run_at) == ("delayed", NOW + timedelta(hours=1))
        assert job not in Job.objects.ready()

    def test_lets_a_job_begin_when_the_time_has_come(self):
        job = self.accept(runAt="2026-11-23T10:30:00Z")

        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            assert job in Job.objects.ready()

    def test_is_counted_into_the_estimate(self):
        response = self.post(options={"runAt": "2026-11-23T10:30:00Z"})

        assert response.json()["data"]["estimatedTime"] == 3601

    def test_takes_any_time_zone(self):
        job = self.accept(runAt="2026-11-23T10:30:00+01:00")

        assert job.run_at == NOW

    def test_is_in_utc_where_no_time_zone_is_named(self):
        job = self.accept(runAt="2026-11-23T10:30:00")

        assert job.run_at == NOW + timedelta(hours=1)

    def test_takes_30_days_ahead(self):
        job = self.accept(runAt="2026-12-23T09:30:00Z")

        assert job.run_at == NOW + timedelta(days=30)

    def test_refuses_more(self):
        self.assert_refused("options.runAt", options={"runAt": "2026-12-23T09:30:01Z"})

    def test_lets_a_job_of_the_past_begin_at_once(self):
        for past in ("2026-11-23T09:29:59Z", "0001-01-01T00:00:00Z"):
            with self.subTest(past):
                assert self.accept(runAt=past).status == "waiting"

    def test_of_the_past_does_not_jump_the_queue(self):
        first = self.accept()
        for past in ("2020-01-01T00:00:00Z", "0001-01-01T00:00:00Z"):
            with self.subTest(past):
                assert self.accept(runAt=past).rank > first.rank

    def test_is_shown_with_the_job(self):
        job = self.accept(runAt="2026-11-23T10:30:00Z")

        data = api_client(self.alice).get(f"/api/jobs/{job.pk}").json()["data"]

        assert data["runAt"] == "2026-11-23T10:30:00.000Z"
        assert (data["status"], data["queuePosition"]) == ("delayed", None)

    def test_refuses_nonsense(self):
        for value in (
            "tomorrow",
            "",
            "2026-13-40T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "10000-01-01T00:00:00Z",
            "9" * 10_000,
            None,
            True,
            1_795_426_200,
            10**400,
            -1,
            [],
            {},
        ):
            with self.subTest(value=str(value)[:40]):
                self.assert_refused("options.runAt", options={"runAt": value})


class DelaySecondsTests(OptionTestCase):
    def test_delays_a_job(self):
        job = self.accept(delaySeconds=90.5)

        assert (job.status, job.run_at) == ("delayed", NOW + timedelta(seconds=90.5))

    def test_of_zero_lets_a_job_begin_at_once(self):
        assert self.accept(delaySeconds=0).status == "waiting"

    def test_takes_30_days(self):
        job = self.accept(delaySeconds=30 * 86_400)

        assert job.run_at == NOW + timedelta(days=30)

    def test_is_not_stored_with_the_document(self):
        job = self.accept(delaySeconds=1)

        assert "delay_seconds" not in job.payload["options"]

    def test_refuses_what_is_out_of_bounds(self):
        for value in (-0.001, -1, 30 * 86_400 + 1, 1e15, -1e15, 1e308, 10**400):
            with self.subTest(value=str(value)[:40]):
                self.assert_refused(
                    "options.delaySeconds", options={"delaySeconds": value}
                )

    def test_refuses_nonsense(self):
        for value in ("soon", "", "nan", "NaN", "inf", "-inf", "1e999", None, [], {}):
            with self.subTest(value):
                self.assert_refused(
                    "options.delaySeconds", options={"delaySeconds": value}
                )

    def test_refuses_numbers_that_json_lacks(self):
        for number in (b"NaN", b"Infinity", b"1e999"):
            body = b'{"title": "x", "options": {"delaySeconds": %b}}' % number
            with self.subTest(number):
                response = api_client(self.alice).post(
                    URL, body, content_type="application/json"
                )

                assert response.status_code == 400

    def test_refuses_a_time_beside_it(self):
        self.assert_refused(
            "options.delaySeconds",
            options={"delaySeconds": 1, "runAt": "2026-11-23T10:30:00Z"},
        )


class CallbackUrlTests(OptionTestCase):
    def test_is_stored_with_the_job_but_not_in_the_document(self):
        response = self.post(callbackUrl="https://example.com/hook?a=b")

        job = Job.objects.get()
        assert response.status_code == 202
        assert job.callback_url == "https://example.com/hook?a=b"
        assert "example.com" not in str(job.payload)

    def test_is_shown_to_the_owner(self):
        job = make_job(owner=self.alice, callback_url="https://example.com/hook")

        data = api_client(self.alice).get(f"/api/jobs/{job.pk}").json()["data"]

        assert data["callbackUrl"] == "https://example.com/hook"

    def test_refuses_what_is_not_on_the_internet(self):
        for host in (
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "localhost",
            "LOCALHOST",
            "a.localhost",
            "10.0.0.1",
            "192.168.1.1:8080",
            "172.16.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ):
            with self.subTest(host):
                self.assert_refused("callbackUrl", callbackUrl=f"http://{host}/hook")

    def test_refuses_what_is_no_plain_address(self):
        for url in (
            "",
            " ",
            "example.com/hook",
            "//example.com/hook",
            "file:///etc/passwd",
            "ftp://example.com/",
            "gopher://example.com/",
            "javascript:alert(1)",
            "https://",
            "https://user@example.com/",
            "https://user:secret@example.com/",
            "https://example.com@127.0.0.1/",
            "https://example.com:0/",
            "https://example.com:99999/",
            "https://exa mple.com/",
            "https://example.com/\r\nX-Evil: 1",
            "https://example.com/ü",
            "https://[/",
            "https://example.com/" + "a" * 2_000,
            None,
            True,
            7,
            [],
            {},
        ):
            with self.subTest(url=str(url)[:40]):
                self.assert_refused("callbackUrl", callbackUrl=url)

    def test_takes_2000_characters(self):
        url = "https://example.com/".ljust(2_000, "a")

        assert self.post(callbackUrl=url).status_code == 202

    def test_looks_nothing_up(self):
        assert self.post(callbackUrl="https://nowhere.invalid/").status_code == 202


class UnknownOptionTests(OptionTestCase):
    def test_are_refused_by_name(self):
        for name in ("run_at", "delay_seconds", "callbackUrl", "lane", "maxAttempts"):
            with self.subTest(name):
                self.assert_refused(f"options.{name}", options={name: 1})

    def test_must_be_an_object(self):
        for options in (None, [], "x", 1):
            with self.subTest(options):
                self.assert_refused("options", options=options)
