from datetime import timedelta
from unittest.mock import patch

from django.conf import settings
from django.test import TestCase, override_settings
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from files.exceptions import StorageUnavailable
from jobs.tests.factories import make_node, refused_by_database
from monitoring.tests.parts import forget_last_report, with_chromium, without_chromium


@with_chromium()
class HealthStatusTests(TestCase):
    def setUp(self):
        forget_last_report(self)
        self.node = make_node()

    def report(self, *, status_code=200):
        response = self.client.get("/health")
        assert response.status_code == status_code
        return response.json()

    def test_is_healthy_where_all_parts_work(self):
        report = self.report()

        assert report["status"] == "healthy"
        assert report["services"]["jobQueue"] is True
        assert report["services"]["fileStorage"] is True
        assert report["services"]["fileGeneration"]["pdf"] is True

    def test_is_degraded_without_a_worker(self):
        self.node.delete()

        report = self.report()

        assert report["status"] == "degraded"
        assert report["services"]["jobQueue"] is False

    def test_is_degraded_where_the_worker_is_silent(self):
        self.node.heartbeat_at = timezone.now() - timedelta(seconds=31)
        self.node.save()

        assert self.report()["status"] == "degraded"

    def test_is_degraded_without_chromium(self):
        with without_chromium():
            report = self.report()

        assert report["status"] == "degraded"
        assert report["services"]["fileGeneration"]["screenshot"] is False

    @override_settings(ANTHROPIC_API_KEY="")
    def test_is_healthy_without_a_key_of_claude(self):
        report = self.report()

        assert report["status"] == "healthy"
        assert report["services"]["claudeAI"] is False

    @override_settings(ANTHROPIC_API_KEY="sk-ant-1")
    def test_shows_that_there_is_a_key_of_claude(self):
        assert self.report()["services"]["claudeAI"] is True

    def test_is_unhealthy_where_the_storage_cannot_be_written(self):
        # A folder cannot be made below a file.
        settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
        blocked = settings.FILES_ROOT / "blocked"
        blocked.touch()
        self.addCleanup(blocked.unlink)

        with (
            override_settings(FILES_ROOT=blocked / "files"),
            self.assertLogs("monitoring.health", "ERROR"),
        ):
            report = self.report(status_code=503)

        assert report["status"] == "unhealthy"
        assert report["services"]["fileStorage"] is False

    @override_settings(S3_BUCKET="files")
    def test_is_unhealthy_where_the_bucket_does_not_answer(self):
        down = patch("monitoring.health.default_storage", autospec=True)
        with down as storage, self.assertLogs("monitoring.health", "ERROR"):
            storage.names.side_effect = StorageUnavailable
            report = self.report(status_code=503)

        assert report["services"]["fileStorage"] is False

    def test_leaves_no_file_in_the_storage(self):
        settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
        before = set(settings.FILES_ROOT.iterdir())

        self.report()

        assert set(settings.FILES_ROOT.iterdir()) == before

    def test_is_unhealthy_where_the_database_is_down(self):
        with refused_by_database(), self.assertLogs("monitoring.health", "ERROR"):
            report = self.report(status_code=503)

        services = report["services"]
        assert report["status"] == "unhealthy"
        assert report["stats"] is None
        assert services["fileStorage"] is True
        for name in ("jobQueue", "sessionManagement", "userManagement", "analytics"):
            assert services[name] is False

    def test_is_unhealthy_where_the_tables_cannot_be_read(self):
        for table in ("jobs_workernode", "jobs_job", "accounts_user"):
            with self.subTest(table):
                forget_last_report(self)

                with refused_by_database(f'"{table}"'), self.assertLogs():
                    report = self.report(status_code=503)

                assert report["status"] == "unhealthy"

    def test_shows_that_limits_are_switched_off(self):
        assert self.report()["services"]["rateLimiting"] is False

    @override_settings(RATE_LIMITS_ENABLED=True)
    def test_shows_that_limits_are_counted(self):
        assert self.report()["services"]["rateLimiting"] is True

    @override_settings(RATE_LIMITS_ENABLED=True)
    def test_shows_that_limits_are_not_counted_without_redis(self):
        down = RedisConnectionError("connection refused")

        with (
            patch("monitoring.health.cache.set", side_effect=down),
            self.assertLogs("monitoring.health", "ERROR"),
        ):
            report = self.report()

        assert report["services"]["rateLimiting"] is False
