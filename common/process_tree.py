"""Keeps a tree of processes from outliving its root."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1  # prctl(2)

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel kill this process as soon as its parent has died.

    A worker that lived on would hold the port, or do jobs beside its successor.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
