"""What is asked for every job, in SQL: the ORM takes ten times as long to put such a
question together as the database takes to answer it.

Unfinished jobs are those without `completed_at`: each question but the last looks at
a partial index of these, so it costs the same however many jobs have ended.
"""

from datetime import datetime

from django.db import connection

from jobs.handlers import WEBHOOK_LANE

IS_READY = """
    completed_at IS NULL
    AND (status = 'waiting' OR (status = 'delayed' AND run_at <= %s))
"""


def is_any_ready(now: datetime) -> bool:
    """Tell whether a job waits for a worker, in whatever lane."""
    sql = f"SELECT 1 FROM jobs_job WHERE {IS_READY} LIMIT 1"  # noqa: S608
    return bool(_rows(sql, _moment(now)))


def held_by(node_id: str) -> list[tuple[str, str]]:
    """Return lane and owner of each job that the node's workers are at."""
    sql = "SELECT lane, owner_id FROM jobs_job WHERE process > '' AND node_id = %s"
    return _rows(sql, node_id)


def paused_lanes() -> set[str]:
    rows = _rows("SELECT name FROM jobs_lane WHERE paused_at IS NOT NULL")
    return {name for (name,) in rows}


def count_owners(lane: str) -> int:
    """Return how many users have unfinished jobs in the lane."""
    sql = (
        "SELECT COUNT(DISTINCT owner_id) FROM jobs_job "
        "WHERE completed_at IS NULL AND lane = %s"
    )
    return _rows(sql, lane)[0][0]


def count_unfinished() -> int:
    """Return how many submitted jobs have not ended."""
    sql = "SELECT COUNT(*) FROM jobs_job WHERE completed_at IS NULL AND NOT lane = %s"
    return _rows(sql, WEBHOOK_LANE)[0][0]


def unfinished_of(owner_id: str, lane: str, now: datetime) -> tuple[int, int | None]:
    """Return how many submitted jobs of the owner have not ended; and, of those of
    the lane that may start at that moment, when the turn of the last one is, in ms.
    """
    rows = _rows(
        "SELECT lane, status, run_at <= %s, rank + priority * 60000 FROM jobs_job "
        "WHERE owner_id = %s AND completed_at IS NULL "
        "AND status IN ('waiting', 'delayed', 'active')",
        _moment(now),
        owner_id,
    )
    count = sum(row[0] != WEBHOOK_LANE for row in rows)
    turns = [
        turn
        for its_lane, status, is_due, turn in rows
        if its_lane == lane and status != "active" and is_due
    ]
    return count, max(turns, default=None)


def count_ahead(lane: str, rank: int, job_id: str, now: datetime) -> int:
    """Return how many ready jobs of the lane come before that place."""
    sql = (
        f"SELECT COUNT(*) FROM jobs_job WHERE {IS_READY} AND lane = %s "  # noqa: S608
        f"AND (rank < %s OR (rank = %s AND id < %s))"
    )
    return _rows(sql, _moment(now), lane, rank, rank, job_id)[0][0]


def _moment(moment: datetime):
    return connection.ops.adapt_datetimefield_value(moment)


def _rows(sql: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
