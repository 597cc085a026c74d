"""The kinds of job. An app registers its own in `job_handlers.py`, found at start."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from jobs.exceptions import UnknownKind

if TYPE_CHECKING:
    from jobs.models import Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a handler made.

    `result` is what the client reads. `totals` are added to the owner's, and
    `register` stores rows, in the transaction that completes the job: all of it is
    there, or nothing.
    """

    result: dict
    totals: dict[str, int] = field(default_factory=dict)
    register: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True, kw_only=True)
class Handler:
    """How one kind of job is done, and how often.

    `path` leads to a function that gets the job, may call `job.report_progress`, and
    returns an Outcome. What it raises tells what happens next: TryAgain and unknown
    exceptions may pass, and the job is tried `max_attempts` times; any other
    ApplicationError fails it at once with that message. `discard_path` leads to a
    function that gets a job whose claim ended without a result, also by the death
    of its worker, and removes what the claim may have left outside the database.
    They are paths so that only workers load what it takes to do the job.

    `lane` limits how many such jobs run at once. After `timeout_seconds` the job
    fails. After `max_crashes` deaths of its worker it fails too. One that is not
    `is_repeatable` is never begun a second time.

    A worker that has done a job which `uses_up_worker` is replaced: the memory that it
    shared with the others before is shared again.

    What `forgets_payload`, as it may hold secrets, loses it when it completes, or
    some time after another end (retention.py).
    """

    kind: str
    type: str
    path: str
    lane: str
    discard_path: str = ""
    max_attempts: int = 3
    max_crashes: int = 3
    is_repeatable: bool = True
    uses_up_worker: bool = False
    forgets_payload: bool = False
    timeout_seconds: float = 60
    first_backoff_seconds: float = 1
    longest_backoff_seconds: float = 60

    @property
    def run(self) -> Callable[["Job"], Outcome]:
        return import_string(self.path)

    def discard(self, job: "Job") -> None:
        """Remove what the job's claim has left behind, or say so in the log."""
        if not self.discard_path:
            return
        try:
            import_string(self.discard_path)(job)
        except Exception:
            # What becomes of the job must not hang on it.
            logger.exception("What %s has left cannot be removed", job.pk)


# The kind that tells of the end of another job. Its jobs are nobody's submissions.
WEBHOOK, WEBHOOK_LANE = "webhook", "webhooks"

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
        for path in filter(None, [handler.path, handler.discard_path]):
            import_string(path)


def forgetful_kinds() -> list[str]:
    return [kind for kind, handler in _handlers.items() if handler.forgets_payload]


def is_known(kind: str) -> bool:
    return kind in _handlers
