import pytest
from django.test import TestCase

from accounts.tests.factories import make_user
from jobs.exceptions import IdempotencyMismatch
from jobs.models import Job
from jobs.submission import digest_of, submit_job
from jobs.tests.factories import KIND, end_jobs, registered


class SubmitJobAgainTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        self.enterContext(registered())

    def submit(self, *, owner=None, key="key", digest="digest", **fields):
        return submit_job(
            owner=owner or self.alice,
            kind=KIND,
            payload={},
            idempotency_key=key,
            request_digest=digest,
            **fields,
        )

    def test_returns_the_first_job_for_the_same_key(self):
        first = self.submit()

        again = self.submit()

        assert again == first
        assert Job.objects.count() == 1

    def test_marks_the_job_that_is_returned_again(self):
        first = self.submit()

        again = self.submit()

        assert again.is_replayed
        assert not getattr(first, "is_replayed", False)

    def test_counts_the_job_once(self):
        self.submit()
        self.submit()

        self.alice.refresh_from_db()
        assert (self.alice.total_jobs, self.alice.kept_jobs) == (1, 1)

    def test_returns_the_first_job_when_it_has_ended(self):
        first = self.submit()
        end_jobs("failed")

        assert self.submit() == first

    def test_returns_the_first_job_though_the_queue_is_full(self):
        first = self.submit()

        with self.settings(JOB_LIMIT_OF_USER=1, JOB_LIMIT=1):
            assert self.submit() == first

    def test_refuses_the_same_key_with_another_request(self):
        self.submit()

        with pytest.raises(IdempotencyMismatch):
            self.submit(digest="another")

        assert Job.objects.count() == 1

    def test_makes_another_job_for_another_key(self):
        assert self.submit() != self.submit(key="key 2")

    def test_makes_another_job_for_another_user(self):
        assert self.submit() != self.submit(owner=self.bob)

    def test_makes_jobs_without_a_key_each_time(self):
        assert self.submit(key=None) != self.submit(key=None)

    def test_makes_a_job_again_where_the_first_was_removed(self):
        first = self.submit()
        first.cancel()
        first.remove()

        assert not getattr(self.submit(), "is_replayed", False)


def test_digest_is_one_for_every_order_of_keys():
    assert digest_of("pdf", {"a": 1, "b": 2}) == digest_of("pdf", {"b": 2, "a": 1})


def test_digest_tells_requests_apart():
    requests = [
        ("pdf", {"a": 1}),
        ("pdf", {"a": 2}),
        ("pdf", {"a": "1"}),
        ("docx", {"a": 1}),
        ("pdf", {}),
    ]

    assert len({digest_of(*request) for request in requests}) == 5
