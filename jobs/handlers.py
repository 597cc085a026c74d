"""The kinds of job. An app registers its own in `job_handlers.py`, found at start."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from jobs.exceptions import UnknownKind

if TYPE_CHECKING:
    from jobs.models import Job


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a handler made.

    `result` is what the client reads. `totals` are added to the owner's, and
    `register` stores rows, in the transaction that completes the job: all of it is
    there, or nothing. `discard` undoes what is outside the database if the job was
    lost on the way.
    """

    result: dict
    totals: dict[str, int] = field(default_factory=dict)
    register: Callable[[], None] = field(default=lambda: None)
    discard: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True, kw_only=True)
class Handler:
    """How one kind of job is done.

    `path` leads to a function that gets the job, may call `job.report_progress`, and
    returns an Outcome. An ApplicationError that it raises fails the job with that
    message; any other exception may pass, and the job is tried `max_attempts` times.
    It is a path so that only workers load what it takes to do the job.
    """

    kind: str
    type: str
    path: str
    max_attempts: int = 3

    @property
    def run(self) -> Callable[["Job"], Outcome]:
        return import_string(self.path)


_handlers: dict[str, Handler] = {}


def register(handler: Handler) -> None:
    _handlers[handler.kind] = handler


def get(kind: str) -> Handler:
    """Return the handler of `kind`; raises UnknownKind."""
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKind(f"This platform has no kind of job named {kind!r}.") from None


def load_all() -> None:
    """Import what all kinds need, before workers are forked, so that they share it."""
    for handler in _handlers.values():
        import_string(handler.path)


def is_known(kind: str) -> bool:
    return kind in _handlers
