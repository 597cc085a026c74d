import threading
from time import monotonic, sleep
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase


class WriteLockTests(TransactionTestCase):
    """Two connections, of which one holds the write lock."""

    def setUp(self):
        self.release = threading.Event()
        self.is_held = threading.Event()
        self.holder = threading.Thread(target=self.hold)
        self.holder.start()
        self.is_held.wait(timeout=5)
        self.addCleanup(self.holder.join)
        self.addCleanup(self.release.set)

    def hold(self):
        with transaction.atomic():
            self.is_held.set()
            self.release.wait(timeout=10)
        connection.close()

    def test_is_asked_for_until_it_is_free(self):
        pauses = []

        def pause(seconds):
            pauses.append(seconds)
            if len(pauses) == 5:
                self.release.set()
            sleep(seconds)

        with patch("common.sqlite.base.sleep", pause), transaction.atomic():
            assert connection.in_atomic_block

        assert len(pauses) >= 5
        assert set(pauses) == {0.002}

    def test_is_given_up_when_the_time_is_over(self):
        options = {**connection.settings_dict["OPTIONS"], "timeout": 0.05}
        started_at = monotonic()

        with (
            patch.dict(connection.settings_dict, {"OPTIONS": options}),
            pytest.raises(OperationalError, match="database is locked"),
            transaction.atomic(),
        ):
            raise AssertionError("The lock is held by another")

        assert monotonic() - started_at < 5

    def test_is_waited_for_by_single_statements_as_ever(self):
        self.release.set()
        self.holder.join()

        with transaction.atomic():
            pass

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone()[0] == 20_000
