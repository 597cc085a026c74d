from datetime import timedelta

import pytest
from django.test import TestCase, override_settings
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from accounts.tests.factories import api_client, make_user
from common.timestamps import timestamp
from files.api.serializers import FileOptionsSerializer
from files.generation import generate_file
from files.models import StoredFile
from files.tests.factories import make_stored_file
from jobs.execution import complete
from jobs.tests.factories import make_active_job


class FileDetailsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def details(self, user):
        return api_client(user).get(f"{self.stored.url}/details")

    def test_are_those_of_the_list(self):
        listed = api_client(self.alice).get("/api/files").json()["data"]["files"]

        response = self.details(self.alice)

        assert response.status_code == 200
        assert [response.json()["data"]["file"]] == listed

    def test_are_hidden_from_others(self):
        assert self.details(self.bob).status_code == 404
        assert self.details(None).status_code == 401

    def test_take_one_query(self):
        with self.assertNumQueries(1):
            self.details(self.alice)


class ExpiryTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def generate(self, **options):
        job = make_active_job(owner=self.alice, payload={"options": options})
        outcome = generate_file(
            job,
            extension="pdf",
            title=lambda: "x",
            write=lambda file: file.write(b"x") and [],
        )
        complete(job, outcome)
        return StoredFile.objects.get(job=job)

    def test_is_never_where_nobody_said_so(self):
        assert self.generate().expires_at is None

    def test_is_when_the_request_says(self):
        moment = timezone.now().replace(microsecond=0) + timedelta(hours=1)

        assert self.generate(expires_at=timestamp(moment)).expires_at == moment

    def test_comes_after_the_days_that_the_operator_set(self):
        with override_settings(FILE_RETENTION_DAYS=3):
            stored = self.generate()
            later = timestamp(timezone.now() + timedelta(days=9))
            sooner = timestamp(timezone.now() + timedelta(days=1))
            stored_later = self.generate(expires_at=later)
            stored_sooner = self.generate(expires_at=sooner)

        for one, days in ((stored, 3), (stored_later, 3), (stored_sooner, 1)):
            left = one.expires_at - timezone.now()
            assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)

    def test_takes_the_file_away_at_that_moment(self):
        past = timezone.now() - timedelta(seconds=1)
        stored = make_stored_file(owner=self.alice, expires_at=past)

        client = api_client(self.alice)
        for method, path in (
            ("get", ""),
            ("get", "/details"),
            ("delete", ""),
            ("post", "/restore"),
            ("post", "/links"),
        ):
            with self.subTest(method + path):
                assert getattr(client, method)(stored.url + path).status_code == 404


class FileOptionsTests(TestCase):
    def validate(self, moment):
        form = FileOptionsSerializer(data={"expiresAt": timestamp(moment)})
        form.is_valid(raise_exception=True)
        return form.validated_data["expires_at"]

    def test_turn_the_moment_into_what_a_job_can_hold(self):
        moment = timezone.now() + timedelta(days=1)

        assert self.validate(moment) == timestamp(moment)

    def test_refuse_the_past_and_what_is_too_far(self):
        for days in (-1, 0, 3651):
            with self.subTest(days), pytest.raises(ValidationError):
                self.validate(timezone.now() + timedelta(days=days))
