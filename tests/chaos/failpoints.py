"""Points in the life of a job at which its process dies: kill -9 at every step.

Wraps the real steps from outside, so that the platform knows nothing of it. Each job
is struck once at most, and as many jobs as CHAOS_FAILPOINT_TIMES says; a file in
STORAGE_PATH/failpoints stands for each.
"""

import functools
import os
import signal
from collections.abc import Callable
from importlib import import_module

from django.conf import settings

Step = Callable[[object], None]
_job_id = ""


def arm(names: str) -> None:
    """Arm the named points, separated by commas."""
    _wrap("jobs.tasks", "claim_job", after=_remember)
    for name in names.split(","):
        POINTS[name](name)


def strike(name: str, job_id: str) -> None:
    """Kill this process, if its job has not been struck, and some are left."""
    folder = settings.STORAGE_PATH / "failpoints"
    folder.mkdir(exist_ok=True)
    if not job_id or not _make(folder / job_id):
        return
    for number in range(int(os.environ["CHAOS_FAILPOINT_TIMES"])):
        if _make(folder / f"strike-{name}-{number}"):
            os.kill(os.getpid(), signal.SIGKILL)
    (folder / job_id).unlink()  # Another point may strike it.


def _make(path) -> bool:
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _remember(job) -> None:
    global _job_id
    _job_id = job.pk if job else ""


def _wrap(
    owner: str, name: str, *, before: Step | None = None, after: Step | None = None
) -> None:
    """Have a function of a module, or a method of a class, call others around it."""
    module, _, class_name = owner.partition(":")
    place = import_module(module)
    if class_name:
        place = getattr(place, class_name)
    step = getattr(place, name)

    @functools.wraps(step)
    def wrapped(*args, **kwargs):
        if before:
            before(None)
        result = step(*args, **kwargs)
        if after:
            after(result)
        return result

    setattr(place, name, wrapped)


def _before(owner: str, function: str) -> Callable[[str], None]:
    return lambda name: _wrap(owner, function, before=lambda _: strike(name, _job_id))


def _after(owner: str, function: str) -> Callable[[str], None]:
    return lambda name: _wrap(owner, function, after=lambda _: strike(name, _job_id))


def _answering(owner: str, function: str) -> Callable[[str], None]:
    """Strike the process, though it has no job, when a function returned one."""
    return lambda name: _wrap(owner, function, after=lambda job: strike(name, job.pk))


STORAGE = "files.storage:DurableFileSystemStorage"
POINTS = {
    # The web server: the job is committed, the client has no answer.
    "submitted": _answering("jobs.api.submission", "submit_job"),
    "claimed": _after("jobs.tasks", "claim_job"),
    "running": _before("tests.chaos.kinds", "effect"),
    "written": _before(STORAGE, "_save"),
    "renamed": _after(STORAGE, "_save"),
    # The transaction's UPDATE of the job and INSERT of the file are done.
    "before-commit": _after("files.models:StoredFile", "save"),
    "after-commit": _after("jobs.execution", "complete"),
}
