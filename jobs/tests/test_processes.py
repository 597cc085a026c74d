import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from jobs.processes import (
    current_process,
    group_members,
    group_of,
    host,
    is_running,
    kill_children,
    kill_group,
    kill_session,
    peak_memory_mb,
    process_of,
)

# A worker whose job started a program: it says the program's number.
LEADER = """
import subprocess, time
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""
# A worker that starts a program, cleans up, and says so.
CLEANING_WORKER = """
import os, select, subprocess
from jobs.processes import kill_children
child = os.pidfd_open(subprocess.Popen(["sleep", "60"]).pid)
kill_children()
[ended], _, _ = select.select([child], [], [], 20)
print("ended", flush=True)
"""
GRANDPARENT = """
import os, select, subprocess
from jobs.processes import kill_children
command = 'sleep 60 & echo $!; wait'
shell = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, text=True)
program = os.pidfd_open(int(shell.stdout.readline()))
kill_children()
[ended], _, _ = select.select([program], [], [], 20)
print("ended", flush=True)
"""
IDLE_WORKER = """
from jobs.processes import kill_children
kill_children()
print("alive", flush=True)
"""


def start_child():
    child = subprocess.Popen(["sleep", "60"])
    return child, process_of(child.pid)


class ProcessesTests(SimpleTestCase):
    def test_names_a_process_by_its_number_and_start(self):
        pid, _, started = current_process().partition(":")

        assert int(pid) == os.getpid()
        assert started.isdecimal()

    def test_finds_the_current_process_running(self):
        assert is_running(current_process())

    def test_knows_a_new_process_from_an_old_one_with_its_number(self):
        assert not is_running(f"{os.getpid()}:1")

    def test_finds_nothing_running_without_a_name(self):
        assert not is_running("")

    def test_knows_how_much_memory_this_process_has_held(self):
        held = bytearray(50 * 1024 * 1024)

        assert peak_memory_mb() > len(held) / 1024 / 1024

    def test_names_the_boot_of_the_machine(self):
        assert host().count("/") == 1


@pytest.mark.live
class ChildProcessTests(SimpleTestCase):
    def setUp(self):
        self.child, self.name = start_child()
        self.addCleanup(self.child.wait)
        self.addCleanup(self.child.kill)

    def test_finds_a_child_running(self):
        assert is_running(self.name)

    def test_spares_one_child_when_the_others_are_killed(self):
        with patch("jobs.processes._kill") as kill:
            kill_children(but=self.child.pid)

        assert all(self.child.pid not in call.args[0] for call in kill.mock_calls)

    def test_finds_a_killed_child_not_running(self):
        self.child.kill()
        self.child.wait()

        assert not is_running(self.name)

    def test_finds_a_zombie_not_running(self):
        self.child.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOWAIT)

        assert not is_running(self.name)


@pytest.mark.live
class KillSessionTests(SimpleTestCase):
    def setUp(self):
        self.leader = subprocess.Popen(
            [sys.executable, "-c", LEADER],
            start_new_session=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.name = process_of(self.leader.pid)
        # What a test leaves of the session dies here, whatever became of the rest.
        self.addCleanup(self.leader.stdout.close)
        self.addCleanup(self.leader.wait)
        self.addCleanup(self.kill_rest)
        self.program = os.pidfd_open(int(self.leader.stdout.readline()))
        self.addCleanup(os.close, self.program)

    def kill_rest(self):
        with suppress(ProcessLookupError):
            os.killpg(self.leader.pid, signal.SIGKILL)

    def has_program_ended(self):
        """Wait for the end of the program, but not for ever."""
        ended, _, _ = select.select([self.program], [], [], 20)
        return ended != []

    def test_kills_a_worker_and_what_its_job_started(self):
        killed = kill_session(self.name)

        assert killed == 2
        assert self.leader.wait() == -signal.SIGKILL
        assert self.has_program_ended()

    def test_kills_what_has_outlived_its_worker(self):
        self.leader.kill()
        self.leader.wait()

        killed = kill_session(self.name)

        assert killed == 1
        assert self.has_program_ended()

    def test_kills_what_has_outlived_a_worker_that_nobody_has_buried(self):
        self.leader.kill()
        os.waitid(os.P_PID, self.leader.pid, os.WEXITED | os.WNOWAIT)

        kill_session(self.name)

        assert self.has_program_ended()

    def test_leaves_another_process_that_has_the_number(self):
        killed = kill_session(f"{self.leader.pid}:1")

        assert killed == 0
        assert is_running(self.name)

    def test_leaves_other_sessions_alone(self):
        other, name = start_child()
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)

        kill_session(self.name)

        assert is_running(name)

    def test_finds_nothing_where_all_are_gone(self):
        worker = subprocess.Popen(["true"], start_new_session=True)
        name = process_of(worker.pid)
        worker.wait()

        assert kill_session(name) == 0


@pytest.mark.live
class GroupTests(SimpleTestCase):
    def setUp(self):
        # The third is in a group of its own, but descends from the first.
        command = "sleep 60 & setsid sleep 60 & echo; wait"
        self.leader = subprocess.Popen(
            ["sh", "-c", command], process_group=0, stdout=subprocess.PIPE
        )
        self.addCleanup(self.leader.stdout.close)
        self.addCleanup(self.leader.wait)
        self.addCleanup(kill_group, self.leader.pid)
        self.leader.stdout.readline()

    def test_has_its_members_and_what_descends_from_them(self):
        assert len(group_members(self.leader.pid)) == 3

    def test_is_killed_with_what_descends_from_it(self):
        programs = [os.pidfd_open(pid) for pid in group_members(self.leader.pid)]

        kill_group(self.leader.pid)

        ended, _, _ = select.select(programs, [], [], 20)
        for program in programs:
            os.close(program)
        assert set(ended) == set(programs)
        assert group_members(self.leader.pid) == set()

    def test_is_known_by_one_of_its_members(self):
        assert group_of(self.leader.pid) == self.leader.pid

    def test_is_not_known_by_a_process_that_is_gone(self):
        child = subprocess.Popen(["true"])
        child.wait()

        assert group_of(child.pid) is None


@pytest.mark.live
class KillChildrenTests(SimpleTestCase):
    """In processes of their own: here it would kill the session of the tests."""

    def run_worker(self, code):
        done = subprocess.run(
            [sys.executable, "-c", code],
            start_new_session=True,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return done.stdout.split()

    def test_kills_what_a_job_left_behind(self):
        assert self.run_worker(CLEANING_WORKER) == ["ended"]

    def test_kills_the_children_of_children(self):
        assert self.run_worker(GRANDPARENT) == ["ended"]

    def test_kills_nothing_where_nothing_was_left(self):
        assert self.run_worker(IDLE_WORKER) == ["alive"]
