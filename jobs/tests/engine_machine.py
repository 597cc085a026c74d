"""Random walks through everything that happens to the engine, beside its model."""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from unittest.mock import patch

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from accounts.models import User
from jobs.claiming import claim_job, claimable
from jobs.exceptions import JobLost, JobStateConflict
from jobs.lanes import pause_lane, resume_lane
from jobs.models import Job, WorkerNode
from jobs.processes import host
from jobs.recovery import Recovery, correct_delays, interrupted
from jobs.retention import delete_old_jobs
from jobs.submission import retry_job, submit_job
from jobs.tests.engine_model import (
    ENDED,
    KINDS,
    LANES,
    MAX_ATTEMPTS,
    READY,
    WORKERS,
    Model,
    ModelJob,
    ModelNode,
)
from jobs.tests.factories import registered, row_of

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
numbers = st.integers(0, 30)
priorities = st.integers(-10, 10) | st.integers(-1, 1)
delays = st.sampled_from([None, None, timedelta(0), timedelta(seconds=5)])
# Of a user, for a kind, at a priority, after a delay.
orders = st.tuples(st.integers(0, 1), st.sampled_from(list(KINDS)), priorities, delays)


class EngineMachine(RuleBasedStateMachine):
    """Two users, two lanes, a node on this host and one on another."""

    users: list[User]

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.clock = self.stack.enter_context(time_machine.travel(NOON, tick=False))
        self.monotonic = 1000.0
        self.model = Model()
        self.ended_rows, self.retried = {}, set()
        self.numbers = count(1)
        self.nodes = [self.start_node(is_here=True), self.start_node(is_here=False)]
        self.recovery = Recovery()
        self.put("jobs.recovery.monotonic", lambda: self.monotonic)
        self.put("jobs.recovery.is_running", self.is_running)
        self.put("jobs.recovery.kill_session", self.kill_session)
        for logger in ("recovery", "lanes", "retention"):
            self.stack.enter_context(patch(f"jobs.{logger}.logger"))
        for kind, fields in KINDS.items():
            self.stack.enter_context(registered(kind=kind, **fields))
        self.put(
            "jobs.tests.factories.InlineHandler.discard", staticmethod(self.discard)
        )

    def put(self, target, value):
        self.stack.enter_context(patch(target, value))

    def teardown(self):
        self.stack.close()

    # --- The world ---

    @property
    def now(self):
        return timezone.now()

    def start_node(self, *, is_here):
        name = f"{next(self.numbers)}:1"
        node = WorkerNode.objects.create(
            host=host() if is_here else "elsewhere", process=name, workers=WORKERS
        )
        model = ModelNode(pk=node.pk, is_here=is_here, heard_at=node.heartbeat_at)
        self.model.nodes.append(model)
        return model

    def is_running(self, process):
        return process not in self.model.dead

    def kill_session(self, process):
        claims = [claim for claim in self.model.claims if claim.process == process]
        assert all(claim.node.is_here for claim in claims)
        self.model.dead.add(process)
        return 1

    @staticmethod
    def discard(job):
        """Stand in for the removal of files: they must not be of use any more."""
        mine = Job.objects.filter(pk=job.pk, token=job.token)
        assert not mine.filter(status__in=["active", "completed"]).exists()

    def pick(self, items, number):
        return items[number % len(items)]

    def pick_claim(self, number):
        """Return a claim that holds, or one of the last ones that were lost."""
        holds = [claim for claim in self.model.claims if self.model.job_of(claim)]
        lost = [claim for claim in self.model.claims if claim not in holds]
        return self.pick(holds + lost[-2:], number)

    def row(self, job):
        return Job.objects.get(pk=job.pk)

    # --- What clients do ---

    @initialize(orders=st.lists(orders, min_size=3, max_size=8))
    def submit_first(self, orders):
        self.submit(orders)

    @rule(orders=st.lists(orders, min_size=1, max_size=4))
    def submit(self, orders):
        for order in orders:
            # No two jobs of one moment: their order would hang on random ids.
            self.clock.shift(timedelta(milliseconds=1))
            self.submit_one(*order)

    def submit_one(self, user, kind, priority, delay):
        owner = self.users[user]
        job = submit_job(
            owner=owner, kind=kind, payload={}, priority=priority, delay=delay
        )
        start = self.now + (delay or timedelta(0))
        self.model.jobs.append(
            ModelJob(
                pk=job.pk,
                owner=owner.pk,
                kind=kind,
                turn=self.model.turn(owner.pk, KINDS[kind]["lane"], start),
                priority=priority,
                status="delayed" if start > self.now else "waiting",
                run_at=start,
                delay=delay,
            )
        )

    @precondition(lambda self: self.model.jobs)
    @rule(number=numbers)
    def cancel(self, number):
        job = self.pick(self.model.jobs, number)
        if self.is_refused(job, not job.is_ended, lambda row: row.cancel()):
            return
        self.model.end(job, "cancelled", self.now)

    @precondition(lambda self: self.model.jobs)
    @rule(number=numbers)
    def retry(self, number):
        job = self.pick(self.model.jobs, number)
        may = job.status in ("failed", "cancelled") and not job.is_held
        if self.is_refused(job, may, retry_job):
            return
        self.retried.add(job.pk)
        job.turn = self.model.turn(job.owner, job.lane, self.now)
        job.status, job.run_at, job.completed_at = "waiting", self.now, None
        job.attempts = job.crashes = job.interruptions = 0

    @precondition(lambda self: self.model.jobs)
    @rule(number=numbers)
    def remove(self, number):
        job = self.pick(self.model.jobs, number)
        may = job.is_ended and not job.is_held
        if self.is_refused(job, may, lambda row: row.remove()):
            return
        self.model.jobs.remove(job)

    @precondition(lambda self: self.model.jobs)
    @rule(number=numbers, priority=priorities)
    def change_priority(self, number, priority):
        job = self.pick(self.model.jobs, number)
        may = job.status in READY
        if self.is_refused(job, may, lambda row: row.change_priority(priority)):
            return
        job.priority = priority

    def is_refused(self, job, may, change):
        """Make the change, or see that it is refused where it must be."""
        if may:
            change(self.row(job))
            return False
        before = row_of(job)
        with pytest.raises(JobStateConflict):
            change(self.row(job))
        assert row_of(job) == before
        return True

    # --- What workers do ---

    @rule(here=st.booleans(), times=st.integers(1, 4))
    def claim(self, here, times):
        node = self.nodes[0 if here else 1]
        for _ in range(times):
            best = self.model.best(node, self.now)
            assert claimable(node.pk).exists() == (best is not None)
            process = f"{next(self.numbers)}:1"

            job = claim_job(node_id=node.pk, process=process)

            assert (job and job.pk) == (best and best.pk)
            if best:
                self.model.claim(best, job, process, node)

    @precondition(lambda self: self.model.claims)
    @rule(number=numbers)
    def beat(self, number):
        claim = self.pick_claim(number)
        if job := self.model.job_of(claim):
            job.heartbeats += 1
            Job.objects.filter(pk=job.pk).update(heartbeats=job.heartbeats)

    @precondition(lambda self: self.model.claims)
    @rule(number=numbers, percent=st.integers(0, 100))
    def report_progress(self, number, percent):
        def report(row):
            row.__dict__["_progress_at"] = 0
            row.report_progress(percent, "Working")

        if job := self.written(self.pick_claim(number), report):
            assert self.row(job).progress == percent

    @precondition(lambda self: self.model.claims)
    @rule(number=numbers)
    def finish(self, number):
        result = {"number": next(self.numbers)}
        claim = self.pick_claim(number)
        if job := self.written(claim, lambda row: row.complete(result)):
            self.model.end(job, "completed", self.now)
            assert self.row(job).result == result

    @precondition(lambda self: self.model.claims)
    @rule(number=numbers)
    def fail(self, number):
        claim = self.pick_claim(number)
        if job := self.written(claim, lambda row: row.fail("It broke.")):
            self.model.end(job, "failed", self.now)

    @precondition(lambda self: self.model.claims)
    @rule(number=numbers, seconds=st.sampled_from([0, 1, 60]))
    def try_again(self, number, seconds):
        delay = timedelta(seconds=seconds)
        claim = self.pick_claim(number)
        job = self.model.job_of(claim)
        if job and job.attempts >= MAX_ATTEMPTS:
            return
        if self.written(claim, lambda row: row.try_again_after(delay, "Later.")):
            self.model.give_back(job, "delayed")
            job.run_at, job.delay = self.now + delay, delay

    @precondition(lambda self: self.model.claims)
    @rule(number=numbers)
    def let_go(self, number):
        """Have a worker note that it has found out that its job is lost."""
        claim = self.pick_claim(number)
        if self.model.job_of(claim):
            return
        claim.row.release()
        for job in self.model.jobs:
            job.is_held = job.is_held and job.claim is not claim

    def written(self, claim, write):
        """Write as the worker of a claim; return the job if the claim holds."""
        job = self.model.job_of(claim)
        if job:
            write(claim.row)
            return job
        before = Job.objects.filter(pk=claim.row.pk).values().first()
        with pytest.raises(JobLost):
            write(claim.row)
        assert Job.objects.filter(pk=claim.row.pk).values().first() == before
        return None

    # --- What goes wrong, and who looks after it ---

    @precondition(lambda self: self.model.claims)
    @rule(number=numbers)
    def crash(self, number):
        claim = self.pick_claim(number)
        if claim.node.is_here:
            self.model.dead.add(claim.process)
        self.look()

    @rule(seconds=st.sampled_from([1, 4, 6, 20, 31]))
    def wait(self, seconds):
        self.look()
        self.monotonic += seconds
        self.clock.shift(timedelta(seconds=seconds))
        self.look()

    @rule()
    def look(self):
        # The model first: the engine kills processes, which the model must not see.
        self.model.look(self.monotonic, self.now)
        self.recovery.look()

    @rule(seconds=st.sampled_from([20, 25]))
    def wait_while_all_beat(self, seconds):
        self.wait(seconds)
        Job.objects.filter(status="active").update(heartbeats=7)
        for job in self.model.jobs:
            if job.status == "active":
                job.heartbeats = 7
        self.look()

    @rule()
    def hear_of_all_nodes(self):
        WorkerNode.objects.update(heartbeat_at=self.now)
        for node in self.model.nodes:
            node.heard_at = self.now

    @precondition(lambda self: any(job.status == "active" for job in self.model.jobs))
    @rule(number=numbers)
    def interrupt(self, number):
        active = [job for job in self.model.jobs if job.status == "active"]
        job = self.pick(active, number)
        interrupted(self.row(job))
        self.model.interrupt(job, self.now)

    @rule()
    def kill_node(self):
        here = self.nodes[0]
        here.is_alive = False
        node = WorkerNode.objects.get(pk=here.pk)
        claims = [claim for claim in self.model.claims if claim.node is here]
        self.model.dead |= {node.process, *(claim.process for claim in claims)}
        self.look()
        self.nodes[0] = self.start_node(is_here=True)

    @rule(seconds=st.integers(-7200, 7200))
    def set_clock(self, seconds):
        self.clock.shift(timedelta(seconds=seconds))

    @rule()
    def correct_delays(self):
        correct_delays()
        for job in self.model.jobs:
            if job.status == "delayed" and job.delay is not None:
                job.run_at = min(job.run_at, self.now + job.delay)

    # --- What operators do ---

    @rule(lane=st.sampled_from(list(LANES)))
    def pause(self, lane):
        pause_lane(lane)
        self.model.paused.add(lane)

    @precondition(lambda self: self.model.paused)
    @rule()
    def resume(self):
        for lane in self.model.paused:
            resume_lane(lane)
        self.model.paused.clear()

    @rule()
    def delete_old_jobs(self):
        self.clock.shift(timedelta(hours=13))
        self.hear_of_all_nodes()
        oldest = self.now - timedelta(hours=24)
        old = [
            job
            for job in self.model.jobs
            if job.is_ended and not job.is_held and job.completed_at < oldest
        ]
        assert delete_old_jobs() == len(old)
        self.model.jobs = [job for job in self.model.jobs if job not in old]

    # --- What is always true ---

    @invariant()
    def keeps_its_promises(self):
        rows = {row["id"]: row for row in Job.objects.values()}
        self.assert_is_as_the_model_says(rows)
        self.assert_what_has_ended_never_changes(rows)
        self.assert_nobody_holds_too_much(rows.values())
        kept = Counter(row["owner_id"] for row in rows.values())
        counts = dict(User.objects.values_list("pk", "kept_jobs"))
        assert counts == {user.pk: kept[user.pk] for user in self.users}

    def assert_is_as_the_model_says(self, rows):
        assert len(rows) == len(self.model.jobs)
        for job in self.model.jobs:
            expected, row = job.row(), rows[job.pk]
            assert {name: row[name] for name in expected} == expected
            assert len(row["errors"]) == min(job.errors, 50)
            assert (row["result"] is not None) == (job.status == "completed")
            assert job.results <= 1

    def assert_what_has_ended_never_changes(self, rows):
        for pk in self.ended_rows.keys() & rows.keys() - self.retried:
            # But that its worker lets go of it.
            before = {**self.ended_rows[pk], "process": rows[pk]["process"]}
            assert rows[pk] == before
        self.retried.clear()
        self.ended_rows = {
            pk: row for pk, row in rows.items() if row["status"] in ENDED
        }

    def assert_nobody_holds_too_much(self, rows):
        held = [row for row in rows if row["process"]]
        lanes = Counter((row["node_id"], row["lane"]) for row in held)
        assert all(jobs <= LANES[lane] for (_, lane), jobs in lanes.items())
        assert len({row["process"] for row in held}) == len(held)
