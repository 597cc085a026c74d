from itertools import count
from unittest.mock import patch

from django.core.checks import run_checks
from django.test import SimpleTestCase, override_settings

from files.capture import sandbox
from files.capture.browser import _command, _environment
from files.capture.folders import folder_of
from files.capture.sandbox import browser_user, privileges, unavailability


def forget_what_was_found(test):
    test.enterContext(patch.dict("files.capture.sandbox._found", clear=True))


def as_user(uid):
    return patch("files.capture.sandbox.os.geteuid", lambda: uid)


def without_unprivileged_user():
    return patch("files.capture.sandbox.UNPRIVILEGED_USER", "no-such-user")


def where_commands(*, fail=""):
    """Try no command; those that have the word in them fail, without one all work."""
    return patch(
        "files.capture.sandbox._ends_well",
        autospec=True,
        side_effect=lambda command: fail == "" or fail not in command,
    )


# A program that is on any machine, in the place of Chromium.
@override_settings(CHROMIUM_PATH="sh")
class UnavailabilityTests(SimpleTestCase):
    def setUp(self):
        forget_what_was_found(self)

    def test_is_none_where_the_sandbox_works(self):
        with where_commands():
            assert unavailability() is None

    @override_settings(CHROMIUM_PATH="no-such-program")
    def test_names_the_package_where_the_program_is_missing(self):
        reason = unavailability()

        assert "apt-get install chromium-headless-shell" in reason
        assert "CHROMIUM_PATH" in reason

    def test_names_the_package_of_missing_tools(self):
        with patch("files.capture.sandbox.TOOLS", ("no-such-tool",)):
            assert "util-linux" in unavailability()

    def test_says_that_namespaces_are_forbidden(self):
        with where_commands(fail="unshare"):
            reason = unavailability()

        assert "user namespaces" in reason
        assert "BROWSER_SANDBOX=off" in reason
        assert "breaks out" in reason

    def test_says_that_root_cannot_become_another_user(self):
        with as_user(0), where_commands(fail="setpriv"):
            reason = unavailability()

        assert "nobody" in reason
        assert "BROWSER_SANDBOX=off" in reason

    def test_says_that_there_is_no_other_user_for_root(self):
        with as_user(0), without_unprivileged_user(), where_commands():
            assert "nobody" in unavailability()

    @override_settings(BROWSER_SANDBOX=False)
    def test_does_without_a_sandbox_where_it_is_switched_off(self):
        with where_commands(fail="setpriv"):
            assert unavailability() is None

    def test_tries_the_sandbox_as_the_user_that_chromium_runs_as(self):
        with as_user(0), where_commands() as tried:
            unavailability()

        command = tried.call_args.args[0]
        assert any(word.startswith("--reuid=") for word in command)
        assert command.index("--clear-groups") < command.index("unshare")

    def test_tries_what_works_once_only(self):
        with where_commands() as tried:
            unavailability()
            calls = tried.call_count
            unavailability()

        assert tried.call_count == calls

    def test_tries_what_failed_again_after_some_seconds(self):
        moments = count(1000, sandbox.LOOK_AGAIN_SECONDS + 1)
        with patch("files.capture.sandbox.monotonic", lambda: next(moments)):
            with where_commands(fail="unshare"):
                assert unavailability() is not None
            with where_commands():
                assert unavailability() is None

    def test_does_not_try_what_failed_at_each_question(self):
        with patch("files.capture.sandbox.monotonic", lambda: 1000):
            with where_commands(fail="unshare"):
                unavailability()
            with where_commands() as tried:
                assert unavailability() is not None

        assert all("unshare" not in call.args[0] for call in tried.mock_calls)

    def test_takes_a_command_that_cannot_be_run_for_one_that_fails(self):
        with (
            patch("files.capture.sandbox._privileges", lambda: ["no-such-program"]),
            self.assertLogs("files.capture.sandbox", "ERROR"),
        ):
            assert unavailability() is not None


class PrivilegesTests(SimpleTestCase):
    def setUp(self):
        forget_what_was_found(self)

    def test_are_dropped_by_root(self):
        with as_user(0), where_commands():
            command = privileges()

            assert "--clear-groups" in command
            assert browser_user()[0] != 0

    def test_are_kept_by_root_where_they_cannot_be_dropped(self):
        with as_user(0), where_commands(fail="setpriv"):
            assert privileges() == ["setpriv", "--no-new-privs", "--"]
            assert browser_user()[0] == 0

    def test_are_those_of_a_worker_that_is_not_root(self):
        with as_user(1234), where_commands():
            assert privileges() == ["setpriv", "--no-new-privs", "--"]
            assert browser_user()[0] == 1234


class CommandTests(SimpleTestCase):
    def setUp(self):
        forget_what_was_found(self)
        self.enterContext(where_commands())
        self.folder = folder_of("one")

    def test_leads_everything_through_the_proxy(self):
        command = _command(self.folder, 4321)

        assert "--proxy-server=socks5://127.0.0.1:4321" in command
        assert "--proxy-bypass-list=<-loopback>" in command

    def test_keeps_the_sandbox(self):
        assert "--no-sandbox" not in _command(self.folder, 4321)

    @override_settings(BROWSER_SANDBOX=False)
    def test_has_no_sandbox_where_it_is_switched_off(self):
        assert "--no-sandbox" in _command(self.folder, 4321)

    @override_settings(BROWSER_MEMORY_MB=300)
    def test_limits_what_one_process_takes(self):
        command = _command(self.folder, 4321)

        assert command[0] == "prlimit"
        assert "--core=0" in command
        assert f"--data={(1024 + 300) * 1024 * 1024}" in command
        assert f"--fsize={300 * 1024 * 1024}" in command

    def test_asks_for_no_more_than_the_worker_may_have(self):
        most = patch("files.capture.browser.resource.getrlimit", lambda _: (-1, 5000))
        with most:
            command = _command(self.folder, 4321)

        assert "--data=5000" in command

    def test_has_an_environment_of_its_own(self):
        environment = _environment(self.folder)

        assert set(environment) == {"PATH", "HOME", "TMPDIR", "LANG"}
        assert environment["HOME"] == environment["TMPDIR"] == str(self.folder)


class SandboxCheckTests(SimpleTestCase):
    def found(self):
        return [one.id for one in run_checks() if one.id == "platform.W003"]

    def test_is_content_with_a_sandbox(self):
        assert self.found() == []

    @override_settings(BROWSER_SANDBOX=False)
    def test_warns_where_there_is_none(self):
        assert self.found() == ["platform.W003"]
