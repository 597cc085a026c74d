"""The short version of `make chaos`: most faults, a few strikes, on SQLite."""

import pytest

from conftest import require
from tests.chaos.captures import CAPTURE_FAULTS, VICTIMS
from tests.chaos.faults import (
    FAULTS,
    POINTS,
    Chaos,
    Fault,
    Outcome,
    nothing,
    platform_for,
    strike_on,
)
from tests.chaos.platform import Missing, chaos_platform

pytestmark = pytest.mark.live
JOBS = 16
STRIKES = {
    "kill -9 busy worker": 2,
    "kill -9 idle worker": 1,
    "kill -9 pusher": 2,
    "kill -9 monitor": 1,
    "kill -9 node": 1,
    "kill -9 supervisor": 1,
    "kill -9 web": 1,
}
STRIKES_ON_ITS_OWN = {
    "SIGTERM to every process": 1,
    "clock jumps an hour": 2,
    "disk full": 1,
}
BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture(scope="module")
def platform():
    with chaos_platform() as platform:
        yield platform


def assert_all_is_well(outcome: Outcome) -> None:
    count = outcome.count
    assert count.jobs >= JOBS
    assert count.is_clean, count.problems
    assert not count.innocent, count.problems


@pytest.mark.parametrize("name", STRIKES)
def test_loses_nothing_when_this_happens(platform, name):
    outcome = strike_on(platform, BY_NAME[name], times=STRIKES[name], jobs=JOBS)

    assert_all_is_well(outcome)


@pytest.mark.parametrize("name", STRIKES_ON_ITS_OWN)
def test_loses_nothing_on_a_platform_where_this_happens(name):
    fault, times = BY_NAME[name], STRIKES_ON_ITS_OWN[name]
    try:
        with platform_for(fault, "sqlite", times, None) as platform:
            outcome = strike_on(platform, fault, times=times, jobs=JOBS)
    except Missing as missing:
        pytest.skip(str(missing))

    assert_all_is_well(outcome)


def test_loses_no_capture_when_what_makes_it_is_killed():
    require("chromium-headless-shell")
    fault = CAPTURE_FAULTS[-1]  # Each victim in turn.

    with platform_for(fault, "sqlite", len(VICTIMS), None) as platform:
        outcome = strike_on(platform, fault, times=len(VICTIMS), jobs=10)

    count = outcome.count
    assert count.is_clean, count.problems
    assert not count.innocent, count.problems
    assert count.jobs == count.completed + count.failed >= 10
    # Those two at most whose Chromium or renderer was killed.
    assert count.failed <= 2, count.problems


def test_has_file_and_row_or_neither_when_killed_at_any_step():
    fault = Fault(
        name="all steps", strike=nothing, failpoint=",".join(POINTS), mix={"effect": 1}
    )
    with platform_for(fault, "sqlite", 2, None) as platform:
        outcome = strike_on(platform, fault, times=2, jobs=40)

    assert_all_is_well(outcome)
    assert outcome.strikes == 2 * len(POINTS)
    assert outcome.count.completed == 40


def test_goes_on_beside_jobs_that_misbehave(platform):
    ended = {}

    def submit_all(chaos: Chaos) -> None:
        kinds = ("hang", "hang-subprocess", "allocate", "fork", "suicide")
        ids = {kind: chaos.load.submit_one(kind) for kind in kinds}
        ended.update({kind: chaos.load.ended(job_id) for kind, job_id in ids.items()})

    fault = Fault(name="misbehaviour", strike=submit_all)
    outcome = strike_on(platform, fault, times=1, jobs=JOBS)

    assert_all_is_well(outcome)
    reasons = {
        kind: job["errors"][-1]["message"]
        for kind, job in ended.items()
        if job["errors"]
    }
    assert reasons == {
        "hang": "The job took longer than 2 seconds.",
        "hang-subprocess": "The job took longer than 2 seconds.",
        "allocate": "The job needed more memory than a job may have.",
        "suicide": "The worker died while it did this job. That happened 3 times.",
    }
