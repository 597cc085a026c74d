"""How much work something takes, counted: a clock says more about the machine."""

import sys
from collections.abc import Callable


class TooMuchWork(BaseException):
    """More calls were made than the test allows; no `except Exception` hides it."""


def calls_made_by(work: Callable[[], object], *, at_most: int) -> int:
    """Count the calls of functions, in Python and in C, that `work` makes.

    It is ended by TooMuchWork at one call more than `at_most`, so that what takes
    for ever fails too.
    """
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls > at_most:
                raise TooMuchWork(at_most)

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls
