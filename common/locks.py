"""Locks that every process and node of the platform respects."""

from zlib import crc32

from django.db import connection


def lock_for_transaction(name: str) -> None:
    """Wait until no other transaction has the lock of that name, and take it.

    It is given back when the transaction ends. On SQLite nothing is to be done: a
    transaction of this platform has the one write lock from its start.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [crc32(name.encode())])
