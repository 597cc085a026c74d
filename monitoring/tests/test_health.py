import re
from unittest.mock import patch

from django.test import TestCase, override_settings
from rest_framework.test import APIClient

from accounts.tests.factories import make_session, make_user
from files.tests.factories import make_stored_file
from jobs.tests.factories import (
    make_active_job,
    make_completed_job,
    make_job,
    make_node,
    refused_by_database,
)
from monitoring.tests.parts import forget_last_report, with_chromium


@with_chromium()
class HealthTests(TestCase):
    def setUp(self):
        forget_last_report(self)

    def get(self):
        return self.client.get("/health")

    def test_has_the_fields_of_the_contract(self):
        report = self.get().json()

        assert set(report) == {
            "status",
            "timestamp",
            "version",
            "environment",
            "uptime",
            "services",
            "stats",
        }
        assert set(report["services"]) == {
            "claudeAI",
            "jobQueue",
            "rateLimiting",
            "fileStorage",
            "fileGeneration",
            "sessionManagement",
            "userManagement",
            "analytics",
        }
        generation = report["services"]["fileGeneration"]
        assert set(generation) == {"pdf", "docx", "csv", "screenshot"}

    def test_is_not_in_the_envelope(self):
        response = self.get()

        assert response.headers["Content-Type"] == "application/json"
        assert "success" not in response.json()

    def test_says_when_and_how_long(self):
        report = self.get().json()

        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", report["timestamp"]
        )
        assert report["uptime"] >= 0

    @override_settings(VERSION="9.8.7", ENVIRONMENT="staging")
    def test_says_what_runs_where(self):
        report = self.get().json()

        assert (report["version"], report["environment"]) == ("9.8.7", "staging")

    def test_counts_what_there_is(self):
        alice = make_user()
        make_session(user=alice)
        make_session(user=alice).revoke()
        make_job(owner=alice)
        make_job(owner=alice, status="failed")
        make_active_job(owner=alice)
        job = make_completed_job(owner=alice)
        make_stored_file(owner=alice, job=job)

        assert self.get().json()["stats"] == {
            "totalJobs": 4,
            "completed": 1,
            "failed": 1,
            "active": 1,
            "files": {"totalFiles": 1},
            "sessions": {"total": 2, "active": 1},
            "users": {"total": 1},
        }

    def test_is_open_to_anyone(self):
        client = APIClient(headers={"authorization": "Bearer nonsense"})

        assert client.get("/health").status_code == 200

    def test_answers_json_to_a_browser(self):
        response = self.client.get("/health", headers={"accept": "text/html"})

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"

    @override_settings(RATE_LIMITS_ENABLED=True)
    def test_is_not_limited(self):
        for _ in range(70):
            response = self.get()

        assert response.status_code == 200
        assert "RateLimit-Limit" not in response.headers

    @override_settings(
        SECRET_KEY="secret-one" * 5,
        ANTHROPIC_API_KEY="secret-two",
        REDIS_URL="redis://:secret-three@localhost:6379/0",
        OPERATOR_PASSWORD="secret-four",
    )
    def test_shows_no_secret(self):
        with refused_by_database(), self.assertLogs("monitoring.health"):
            broken = self.get()
        forget_last_report(self)
        whole = self.get()

        assert b"secret" not in broken.content
        assert b"secret" not in whole.content

    def test_shows_no_place_on_the_disk(self):
        assert b"/" not in self.get().content


@with_chromium()
class HealthCacheTests(TestCase):
    def setUp(self):
        forget_last_report(self)

    def get_at(self, seconds):
        with patch("monitoring.health.monotonic", return_value=10_000 + seconds):
            return self.client.get("/health").json()

    def test_keeps_a_report_for_two_seconds(self):
        first = self.get_at(0)
        make_node()

        with self.assertNumQueries(0):
            second = self.get_at(1.9)

        assert second == first

    def test_makes_a_new_one_after_two_seconds(self):
        self.get_at(0)
        make_node()

        second = self.get_at(2.1)

        assert second["services"]["jobQueue"] is True

    def test_takes_as_many_queries_with_20_jobs_as_with_none(self):
        with self.assertNumQueries(6):
            self.get_at(0)
        owner = make_user()
        for _ in range(20):
            make_job(owner=owner)
            make_stored_file(owner=owner)

        with self.assertNumQueries(6):
            self.get_at(10)
