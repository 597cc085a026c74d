"""What the kinds of job for chaos do."""

import ctypes
import os
import signal
import subprocess
import sys
import time

from files.generation import generate_file
from jobs.exceptions import JobLost
from jobs.handlers import Outcome
from jobs.models import Job

GIGABYTE = 1 << 30
NO_RESULT = Outcome(result={})


class Flake(Exception):
    """Nobody expects this one."""


def noop(job: Job) -> Outcome:
    return NO_RESULT


def sleep(job: Job) -> Outcome:
    time.sleep(job.payload["payload"]["seconds"])
    return NO_RESULT


def effect(job: Job) -> Outcome:
    """Make a file: with its row it is the effect that is counted."""
    return generate_file(
        job,
        extension="pdf",
        title=lambda: job.pk,
        write=lambda file: file.write(b"%PDF " + job.pk.encode() * 100),
    )


def flaky(job: Job) -> Outcome:
    if job.attempts <= job.payload["payload"]["times"]:
        raise Flake
    return NO_RESULT


def hang(job: Job) -> Outcome:
    """Sleep in C for ever, deaf to signals, so that no thread of Python runs either."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGUSR1})
    while True:
        ctypes.PyDLL(None).sleep(1000)


def hang_in_a_subprocess(job: Job) -> Outcome:
    subprocess.run(["sleep", "1000"], check=True)
    return NO_RESULT


def allocate(job: Job) -> Outcome:
    return Outcome(result={"bytes": len(bytearray(GIGABYTE))})


def fork(job: Job) -> Outcome:
    """Leave two processes behind, one of them deaf to what is polite."""
    if not os.fork():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1000)
    own_session = job.payload["payload"].get("ownSession", False)
    subprocess.Popen(["sleep", "1000"], start_new_session=own_session)
    return NO_RESULT


def suicide(job: Job) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    raise JobLost


def leave(job: Job) -> Outcome:
    sys.exit(3)


def stock() -> None:
    """What django-q2's own broker runs in benchmarks."""
