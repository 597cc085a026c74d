import os
import signal
import subprocess

import pytest
from django.test import SimpleTestCase

from jobs.processes import _start_ticks, current_process, host, is_running


def start_child():
    child = subprocess.Popen(["sleep", "60"])
    return child, f"{child.pid}:{_start_ticks(child.pid)}"


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

    def test_finds_a_killed_child_not_running(self):
        self.child.kill()
        self.child.wait()

        assert not is_running(self.name)

    def test_finds_a_zombie_not_running(self):
        self.child.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOWAIT)

        assert not is_running(self.name)
