"""Where the rows of a table come from: the job's payload, or a stored body of NDJSON.

A payload has `rows` as lists in the columns' order, and `columns`; or it has
`rows_from`, the name of a stored file with a row a line, and maybe `columns`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain

from files.models import StoredFile
from files.tables.exceptions import BadRow, TableTooLarge

MAX_COLUMNS = 16_384  # Excel's.
MAX_LINE_BYTES = 1_000_000
FIRST_LINE = 2  # Of the stored rows: the line before them is the request's.

# An escaped NUL, and not the same letters after an escaped backslash.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

# What a cell may hold; what else is in JSON is written as JSON's text.
Cell = str | int | float | bool | list | dict | None


class Rows:
    """The titles of a table's columns, and its rows, to be read once.

    `count` is how many have been read, and `done` how much of them, from 0 to 1.
    `left_out` counts the values whose keys no column has.
    """

    titles: list[str]
    left_out = 0
    count = 0

    @property
    def done(self) -> float:
        raise NotImplementedError

    def __iter__(self) -> Iterator[list[Cell]]:
        raise NotImplementedError


class PayloadRows(Rows):
    def __init__(self, payload: dict) -> None:
        self.titles = [column["title"] for column in payload["columns"]]
        self.rows = payload["rows"]
        self.left_out = payload.get("left_out", 0)

    def __iter__(self) -> Iterator[list[Cell]]:
        for row in self.rows:
            self.count += 1
            yield row

    @property
    def done(self) -> float:
        return self.count / len(self.rows)


class StoredRows(Rows):
    """Reads a row a line; raises BadRow, which names the line and not its content."""

    def __init__(
        self, chunks: Iterable[bytes], size: int, columns: list[dict] | None = None
    ) -> None:
        self.lines = _Lines(chunks)
        self.size = size
        first = next(self.lines, None)
        if first is None:
            raise BadRow("The body has no rows after its first line.")
        columns = columns or _columns_of(self.lines.number, first)
        self.titles = [column["title"] for column in columns]
        self.ids = [column["id"] for column in columns]
        self.known = set(self.ids)
        self.rows = chain([first], self.lines)

    def __iter__(self) -> Iterator[list[Cell]]:
        for row in self.rows:
            self.count += 1
            yield self._cells(row)

    @property
    def done(self) -> float:
        return self.lines.position / self.size

    def _cells(self, row: dict | list) -> list[Cell]:
        if isinstance(row, dict):
            if not row.keys() <= self.known:
                self.left_out += len(row.keys() - self.known)
            return list(map(row.get, self.ids))
        if len(row) > len(self.ids):
            raise BadRow(
                f"Line {self.lines.number:,} has {len(row):,} values for "
                f"{len(self.ids):,} columns."
            )
        return row + [None] * (len(self.ids) - len(row))


class _Lines:
    """The objects and arrays in chunks of NDJSON; lines without any are passed over.

    `number` is that of the line that was read last, and `position` its end in bytes.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.lines = _split(chunks)
        self.number = FIRST_LINE - 1
        self.position = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> dict | list:
        for line in self.lines:
            self.number += 1
            self.position += len(line) + 1
            if len(line) > MAX_LINE_BYTES:
                raise self._bad(f"is longer than {MAX_LINE_BYTES:,} bytes")
            if line.strip():
                return self._row(line)
        raise StopIteration

    def _row(self, line: bytes) -> dict | list:
        try:
            row = json.loads(line.decode(), parse_constant=_refuse_constant)
        except UnicodeDecodeError:
            raise self._bad("is not UTF-8") from None
        except RecursionError:
            raise self._bad("is nested too deep") from None
        except json.JSONDecodeError as error:
            reason = f"is not valid JSON: {error.msg} (column {error.colno:,})"
            raise self._bad(reason) from None
        except ValueError:
            raise self._bad("has a number that cannot be read") from None
        if not isinstance(row, dict | list):
            raise self._bad("is not a JSON object or array")
        if b"\\u0000" in line and _NUL.search(line):
            raise self._bad("has a NUL character")
        return row

    def _bad(self, reason: str) -> BadRow:
        return BadRow(f"Line {self.number:,} {reason}.")


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines; of one that is too long, only as much as shows it."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        if len(rest) > MAX_LINE_BYTES:
            break
    if rest:
        yield rest


def _refuse_constant(name: str):
    raise ValueError(f"{name} is not a JSON number")


def _columns_of(line: int, row: dict | list) -> list[dict]:
    """Name the columns after the keys of the first row."""
    if not isinstance(row, dict) or not row:
        raise BadRow(
            f"Line {line:,} names no columns: send headers in the first line of the "
            f"body, or rows that are objects."
        )
    if len(row) > MAX_COLUMNS:
        raise TableTooLarge(f"Line {line:,} has more than {MAX_COLUMNS:,} keys.")
    return [{"id": key, "title": key} for key in row]


@contextmanager
def open_rows(payload: dict) -> Iterator[Rows]:
    """Yield the rows of a job's payload; raises BadRow where the source is gone."""
    if "rows_from" not in payload:
        yield PayloadRows(payload)
        return
    sources = StoredFile.objects.present()
    try:
        stored = sources.get(file_name=payload["rows_from"])
        chunks = stored.read()
    except (StoredFile.DoesNotExist, FileNotFoundError):
        message = "The rows that were sent are not there any more. Send them again."
        raise BadRow(message) from None
    with closing(chunks):
        yield StoredRows(chunks, stored.size, payload.get("columns"))
