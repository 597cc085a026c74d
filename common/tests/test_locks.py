from unittest.mock import patch

from django.test import TestCase

from common.locks import lock_for_transaction


class LockForTransactionTests(TestCase):
    """The lock itself is in tests/test_postgresql_and_redis.py."""

    def test_asks_sqlite_for_nothing(self):
        with self.assertNumQueries(0):
            lock_for_transaction("submit")

    def test_asks_postgresql_for_one_number_a_name(self):
        numbers = [self.number_of("submit"), self.number_of("submit")]

        assert numbers[0] == numbers[1] != self.number_of("claim node_1")

    def number_of(self, name):
        with patch("common.locks.connection") as database:
            database.vendor = "postgresql"
            lock_for_transaction(name)
        cursor = database.cursor.return_value.__enter__.return_value
        [sql, [number]] = cursor.execute.call_args.args
        assert "pg_advisory_xact_lock" in sql
        return number
