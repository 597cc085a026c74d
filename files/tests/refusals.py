from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job


class RefusalTestCase(TestCase):
    url = "/api/files/generate/pdf"

    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def assert_is_refused(self, request, fields):
        """The answer names these fields, and nothing was queued."""
        assert set(self.details_of(request)) == fields
        assert not Job.objects.exists()

    def details_of(self, request):
        """What the answer says is wrong with a request."""
        response = api_client(self.alice).post(self.url, request)

        error = response.json()["error"]
        assert response.status_code == 400
        assert error["type"] == "VALIDATION_ERROR"
        return error["details"]
