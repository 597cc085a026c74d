import base64
from datetime import UTC, datetime, timedelta

import time_machine
from django.test import TestCase, override_settings

from accounts.tests.factories import api_client, make_user
from jobs.models import WebhookKey

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
URL = "/api/webhooks/secret"


class WebhookSecretTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()

    def setUp(self):
        self.clock = self.enterContext(time_machine.travel(NOW, tick=False))

    def read(self, user=None):
        response = api_client(user or self.alice).get(URL)
        assert response.status_code == 200
        return response.json()["data"]["secrets"]

    def rotate(self, user=None):
        response = api_client(user or self.alice).post(f"{URL}/rotate")
        assert response.status_code == 200
        return response.json()["data"]["secrets"]

    def test_is_as_the_standard_has_it(self):
        [secret] = self.read()

        prefix, _, key = secret.partition("_")
        assert prefix == "whsec"
        assert len(base64.b64decode(key, validate=True)) == 32

    def test_stays_the_same(self):
        assert self.read() == self.read()

    def test_is_each_user_s_own(self):
        operator = make_user(is_staff=True)

        secrets = {self.read(user)[0] for user in (self.alice, self.bob, operator)}

        assert len(secrets) == 3

    def test_is_not_stored(self):
        secrets = self.rotate()

        row = WebhookKey.objects.values().get()

        assert not any(secret in str(row) for secret in secrets)

    def test_is_another_with_another_secret_key(self):
        before = self.read()

        with override_settings(SECRET_KEY="another" * 10):
            assert self.read() != before

    def test_that_was_rotated_stands_behind_the_new_one_for_a_day(self):
        [old] = self.read()

        new, *others = self.rotate()

        assert new != old
        assert others == [old]
        assert self.read() == [new, old]
        self.clock.move_to(NOW + timedelta(hours=23, minutes=59, seconds=59))
        assert self.read() == [new, old]
        self.clock.move_to(NOW + timedelta(hours=24))
        assert self.read() == [new]

    def test_never_comes_back(self):
        seen = [self.rotate()[0] for _ in range(5)]

        assert len({*seen, *self.read()}) == 5

    def test_of_others_is_not_rotated(self):
        before = self.read(self.bob)

        self.rotate()

        assert self.read(self.bob) == before

    def test_needs_one_query(self):
        with self.assertNumQueries(1):
            self.read()

    def test_asks_strangers_to_sign_in(self):
        assert api_client().get(URL).status_code == 401
        assert api_client().post(f"{URL}/rotate").status_code == 401
        assert not WebhookKey.objects.exists()
