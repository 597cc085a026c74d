"""Keeps processes from outliving those that started them."""

import ctypes
import signal

# prctl(2)
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel kill this process as soon as its parent has died.

    A worker that lived on would hold the port, or do jobs beside its successor.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Have what descends from this process become its child when its parent ends."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
