"""Makes the file of a table for a job, and removes the rows that were sent for it."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import partial
from typing import TypeVar

from django.db import transaction

from files.generation import generate_file
from files.models import StoredFile
from files.removal import remove
from files.storage import NewFile
from files.tables.rows import Cell, Rows, open_rows
from jobs.handlers import Outcome
from jobs.models import Job

DEFAULT_NAME = "Table"
ROWS_PER_REPORT = 1_000
ROWS_ARE_WRITTEN = 85  # Percent: what comes then depends on the format.

# Gets the titles, the rows and the file; returns warnings.
Write = Callable[[list[str], Iterator[list[Cell]], NewFile], list[str]]
Options = TypeVar("Options")


def generate_table(job: Job, *, extension: str, write: Write) -> Outcome:
    """Have `write` make the file of the payload's table.

    The result counts `rows` and `columns`. A file that the rows came from is removed
    once the job has completed. Raises BadRow and what `write` raises.
    """
    with open_rows(job.payload) as rows:

        def write_rows(file: NewFile) -> list[str]:
            warnings = write(rows.titles, _reported(job, rows), file)
            return [*warnings, *_left_out(rows)]

        outcome = generate_file(
            job, extension=extension, title=partial(name_of, job), write=write_rows
        )
    size = {"rows": rows.count, "columns": len(rows.titles)}
    return replace(
        outcome,
        result={**outcome.result, **size},
        register=partial(_register, outcome, job.payload.get("rows_from")),
    )


def name_of(job: Job) -> str:
    return job.payload.get("file_name") or DEFAULT_NAME


def options_of(job: Job, options: type[Options]) -> Options:
    """Return the dataclass `options` with what the payload says of its fields."""
    sent = job.payload.get("options", {})
    names = {field.name for field in fields(options)} & sent.keys()
    return options(**{name: sent[name] for name in names})


def _reported(job: Job, rows: Rows) -> Iterator[list[Cell]]:
    for row in rows:
        yield row
        if rows.count % ROWS_PER_REPORT == 0:
            percent = int(rows.done * ROWS_ARE_WRITTEN)
            job.report_progress(percent, f"{rows.count:,} rows are written")


def _left_out(rows: Rows) -> list[str]:
    if not rows.left_out:
        return []
    return [f"{rows.left_out:,} values were left out: no header has their keys."]


def _register(outcome: Outcome, rows_from: str | None) -> None:
    outcome.register()
    if rows_from is not None:
        source = StoredFile.objects.filter(file_name=rows_from)
        # Should it fail, the source expires all the same.
        transaction.on_commit(partial(remove, source), robust=True)
