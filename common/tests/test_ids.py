from datetime import timedelta

import time_machine
from django.test import SimpleTestCase
from django.utils import timezone

from common.ids import new_id


class IdTests(SimpleTestCase):
    def test_has_the_prefix_and_26_characters(self):
        prefix, _, rest = new_id("job").partition("_")

        assert prefix == "job"
        assert len(rest) == 26
        assert rest.isalnum()
        assert rest == rest.lower()

    def test_is_unique(self):
        assert len({new_id("job") for _ in range(1_000)}) == 1_000

    def test_sorts_by_the_time_of_creation(self):
        now = timezone.now()
        ids = []
        for milliseconds in range(1, 50):
            moment = now + timedelta(milliseconds=milliseconds)
            with time_machine.travel(moment, tick=False):
                ids.append(new_id("job"))

        assert ids == sorted(ids)

    def test_sorts_by_creation_within_a_millisecond(self):
        with time_machine.travel(timezone.now(), tick=False):
            ids = [new_id("job") for _ in range(100)]

        assert ids == sorted(ids)
