import sqlite3
from time import monotonic, sleep

from django.db.backends.sqlite3 import base

PAUSE_SECONDS = 0.002


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks for the write lock every two milliseconds instead of ever more rarely.

    SQLite's own waiting sleeps 1, 2, 5, 10 … 100 ms between its tries. A lock that
    is held for two milliseconds is free most of that time, and whoever came last
    gets it first. docs/decisions/0002 has the figures.
    """

    def _start_transaction_under_autocommit(self):
        patience = self.settings_dict["OPTIONS"].get("timeout", 5)
        ends_at = monotonic() + patience
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._has_begun(is_last_try=monotonic() > ends_at):
                sleep(PAUSE_SECONDS)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")

    def _has_begun(self, *, is_last_try: bool) -> bool:
        if is_last_try:
            super()._start_transaction_under_autocommit()
            return True
        try:
            self.connection.execute(f"BEGIN {self.transaction_mode or ''}")
        except sqlite3.OperationalError as error:
            # The code may be an extended one, as after a crash.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True
