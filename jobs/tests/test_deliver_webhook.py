"""Webhooks, from the end of a job to a real server on loopback."""

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from unittest.mock import patch

import pytest
import time_machine
from django.test import TestCase, override_settings
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.tests.factories import api_client, make_user
from jobs.models import Job
from jobs.submission import retry_job
from jobs.tasks import work_one
from jobs.tests.factories import make_active_job, make_job, registered
from jobs.webhook_secrets import rotate_secret, secrets_of

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Receiver(ThreadingHTTPServer):
    """A client's server: keeps what is posted, and answers as it is told."""

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), Hook)
        self.answers = list(answers)
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}/hook?a=b"

    def __enter__(self):
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self.thread.join()
        self.server_close()


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        answers = self.server.answers
        status, headers = answers.pop(0) if answers else (200, {})
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *arguments):
        pass


class DeliveryTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        self.clock = self.enterContext(time_machine.travel(NOW, tick=False))
        self.enterContext(override_settings(WEBHOOK_ALLOWED_HOSTS=["127.0.0.1"]))

    def end(self, job, *, result=None):
        job.complete(result or {})
        return Job.objects.deliveries().get(payload__jobId=job.pk)

    def deliver(self, receiver, *, result=None):
        """Complete a job, try once to tell of it, and return the delivery."""
        job = make_active_job(owner=self.alice, callback_url=receiver.url)
        delivery = self.end(job, result=result)
        self.work()
        delivery.refresh_from_db()
        return delivery

    def work(self):
        assert work_one("node")

    def work_later(self, delivery):
        """Try once more when the delivery is due again."""
        delivery.refresh_from_db()
        self.clock.move_to(delivery.run_at)
        self.work()
        delivery.refresh_from_db()


class WebhookTests(DeliveryTestCase):
    def test_tells_of_the_end_of_a_job(self):
        job = make_active_job(owner=self.alice, created_at=NOW)
        with Receiver() as receiver:
            job.callback_url = receiver.url
            delivery = self.end(job, result={"own_key": ["é\u2028", 1]})
            self.work()

        [(path, headers, body)] = receiver.requests
        assert path == "/hook?a=b"
        assert headers["Content-Type"] == "application/json"
        assert headers["webhook-id"] == delivery.pk
        assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
        assert json.loads(body) == {
            "type": "job.completed",
            "timestamp": "2026-11-23T09:30:00.000Z",
            "data": {
                "id": job.pk,
                "type": "testing",
                "kind": "test",
                "status": "completed",
                "attempts": 1,
                "createdAt": "2026-11-23T09:30:00.000Z",
                "completedAt": "2026-11-23T09:30:00.000Z",
                "result": {"own_key": ["é\u2028", 1]},
                "errors": [],
            },
        }

    def test_is_signed_as_the_standard_has_it(self):
        with Receiver() as receiver:
            self.deliver(receiver)

        [(_, headers, body)] = receiver.requests
        [secret] = secrets_of(self.alice)
        assert Webhook(secret).verify(body, headers)["type"] == "job.completed"
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body + b" ", headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secrets_of(self.bob)[0]).verify(body, headers)

    def test_names_the_status_with_which_the_job_ended(self):
        def fail(job):
            job.fail("It broke.")

        for end, status in ((fail, "failed"), (Job.cancel, "cancelled")):
            with self.subTest(status), Receiver() as receiver:
                end(make_active_job(owner=self.alice, callback_url=receiver.url))
                self.work()

                event = json.loads(receiver.requests[0][2])
                assert event["type"] == f"job.{status}"
                assert event["data"]["status"] == status
                assert len(event["data"]["errors"]) == 1

    def test_tells_of_a_job_that_never_ran(self):
        with Receiver() as receiver:
            make_job(owner=self.alice, callback_url=receiver.url).cancel("changed mind")
            self.work()

        data = json.loads(receiver.requests[0][2])["data"]
        assert data["errors"][0]["message"] == "Cancelled: changed mind"

    def test_holds_neither_the_payload_nor_the_claim(self):
        with Receiver() as receiver:
            job = make_active_job(
                owner=self.alice,
                callback_url=receiver.url,
                payload={"title": "confidential"},
                idempotency_key="own-key",
            )
            delivery = self.end(job)
            self.work()

        delivery.refresh_from_db()
        sent = str(receiver.requests)
        for secret in (
            "confidential",
            "own-key",
            job.token,
            delivery.token,
            self.alice.email,
            secrets_of(self.alice)[0],
        ):
            assert secret not in sent

    def test_of_a_failure_holds_no_result_of_a_later_attempt(self):
        with Receiver() as receiver:
            job = make_active_job(owner=self.alice, callback_url=receiver.url)
            job.fail("It broke.")
            retry_job(job)
            job.start(node_id="node", process="1:2")
            job.complete({"answer": 42})
            self.work()
            self.work()

        events = [json.loads(body) for _, _, body in receiver.requests]
        told = {event["type"]: event["data"] for event in events}
        assert told["job.failed"]["result"] is None
        assert told["job.failed"]["status"] == "failed"
        assert told["job.completed"]["result"] == {"answer": 42}

    def test_is_delivered_by_the_queue_for_a_job_of_the_queue(self):
        with Receiver() as receiver, registered():
            make_job(owner=self.alice, callback_url=receiver.url)
            self.work()
            self.work()
            assert not work_one("node")

        assert len(receiver.requests) == 1


class AnswerTests(DeliveryTestCase):
    def test_of_2xx_completes_the_delivery(self):
        for status in (200, 201, 202, 204, 299):
            with self.subTest(status), Receiver((status, {})) as receiver:
                delivery = self.deliver(receiver)

                assert delivery.status == "completed"
                assert delivery.result == {"status": status}
                assert len(receiver.requests) == 1

    def test_of_an_error_is_asked_again(self):
        for status in (400, 404, 408, 429, 500, 503):
            with self.subTest(status), Receiver((status, {})) as receiver:
                delivery = self.deliver(receiver)
                assert delivery.status == "delayed"
                assert f"answered {status}" in delivery.errors[0]["message"]

                self.work_later(delivery)

                assert (delivery.status, delivery.attempts) == ("completed", 2)
                assert len(receiver.requests) == 2

    def test_is_the_same_message_when_it_is_sent_again(self):
        with Receiver((500, {})) as receiver:
            delivery = self.deliver(receiver)
            self.clock.move_to(NOW + timedelta(hours=1))
            self.work()

        (_, first, body), (_, second, again) = receiver.requests
        assert first["webhook-id"] == second["webhook-id"] == delivery.pk
        assert first["webhook-timestamp"] != second["webhook-timestamp"]
        assert body == again
        Webhook(secrets_of(self.alice)[0]).verify(again, second)

    def test_is_left_alone_for_as_long_as_it_asks_for(self):
        for seconds, expected in (("120", 120), ("999999", 3600)):
            answer = (503, {"Retry-After": seconds})
            with self.subTest(seconds), Receiver(answer) as receiver:
                delivery = self.deliver(receiver)

                wait = (delivery.run_at - NOW).total_seconds()
                assert wait == expected
                delivery.cancel()

    def test_of_410_is_final(self):
        with Receiver((410, {})) as receiver:
            delivery = self.deliver(receiver)

        assert (delivery.status, delivery.attempts) == ("failed", 1)
        assert delivery.errors[0]["message"] == "The address answered 410."

    def test_that_leads_elsewhere_is_not_followed(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status), Receiver() as other:
                with Receiver((status, {"Location": other.url})) as receiver:
                    delivery = self.deliver(receiver)
                    delivery.cancel()

                assert f"answered {status}" in delivery.errors[0]["message"]
                assert len(receiver.requests) == 1
                assert other.requests == []

    def test_never_comes_from_a_server_that_is_gone(self):
        with Receiver() as receiver:
            pass

        delivery = self.deliver(receiver)

        assert delivery.status == "delayed"
        message = delivery.errors[0]["message"]
        assert message == (
            "The connection to the address failed. It will be tried again."
        )

    def test_is_given_up_after_twelve_times(self):
        with Receiver(*[(500, {})] * 20) as receiver:
            delivery = self.deliver(receiver)
            for _ in range(11):
                self.work_later(delivery)

        assert (delivery.status, delivery.attempts) == ("failed", 12)
        assert len(receiver.requests) == 12
        assert not Job.objects.unfinished().exists()

    def test_is_given_up_within_some_hours(self):
        with (
            Receiver(*[(500, {})] * 20) as receiver,
            patch("jobs.execution.random.uniform", lambda low, high: high),
        ):
            delivery = self.deliver(receiver)
            for _ in range(11):
                self.work_later(delivery)

        assert timedelta(hours=2) < delivery.completed_at - NOW < timedelta(hours=5)


class RefusedAddressTests(DeliveryTestCase):
    def test_is_not_called_though_it_was_taken_before(self):
        with Receiver() as receiver, override_settings(WEBHOOK_ALLOWED_HOSTS=[]):
            delivery = self.deliver(receiver)

        assert (delivery.status, delivery.attempts) == ("failed", 1)
        assert "not a public address" in delivery.errors[0]["message"]
        assert receiver.requests == []

    def test_is_not_called_where_its_name_leads_inside(self):
        with Receiver() as receiver, override_settings(WEBHOOK_ALLOWED_HOSTS=[]):
            receiver.url = f"http://hooks.test:{receiver.server_port}/"
            inside = [(2, 1, 6, "", ("127.0.0.1", 0))]
            with patch("socket.getaddrinfo", return_value=inside):
                delivery = self.deliver(receiver)

        assert delivery.status == "failed"
        assert receiver.requests == []


class RotatedSecretTests(DeliveryTestCase):
    def accepted(self, secret):
        """Tell whether a receiver that knows the secret takes a webhook of now."""
        with Receiver() as receiver:
            self.deliver(receiver)
        [(_, headers, body)] = receiver.requests
        try:
            Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True

    def test_signs_beside_the_new_one_for_a_day(self):
        [old] = secrets_of(self.alice)
        new = rotate_secret(self.alice)

        assert self.accepted(old)
        assert self.accepted(new)
        self.clock.move_to(NOW + timedelta(hours=23, minutes=59))
        assert self.accepted(old)

    def test_signs_no_more_after_a_day(self):
        [old] = secrets_of(self.alice)
        new = rotate_secret(self.alice)

        self.clock.move_to(NOW + timedelta(hours=24))

        assert not self.accepted(old)
        assert self.accepted(new)


class EndToEndTests(DeliveryTestCase):
    def test_tells_what_was_asked_for_by_http(self):
        client = api_client(self.alice)
        with Receiver() as receiver:
            submitted = client.post(
                "/api/files/generate/pdf",
                {"title": "canary-title", "callbackUrl": receiver.url},
            )
            self.work()
            self.work()

        job_id = submitted.json()["data"]["jobId"]
        [(_, headers, body)] = receiver.requests
        [secret] = client.get("/api/webhooks/secret").json()["data"]["secrets"]
        event = Webhook(secret).verify(body, headers)
        page = client.get(f"/api/jobs/{job_id}").json()["data"]
        assert event["data"] == {name: page[name] for name in event["data"]}
        assert b"canary-title" not in body
