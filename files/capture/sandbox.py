"""Finds out whether Chromium can run here, as whom, and in its own sandbox."""

import logging
import os
import pwd
import shutil
import subprocess
import threading
from time import monotonic

from django.conf import settings

logger = logging.getLogger(__name__)

UNPRIVILEGED_USER = "nobody"
# Of util-linux: they set limits, drop rights, and try what the sandbox needs.
TOOLS = ("prlimit", "setpriv", "unshare")
PROGRAM_FOLDERS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROBE_SECONDS = 5
LOOK_AGAIN_SECONDS = 15.0

# What Chromium's sandbox does first: new namespaces, without being root.
NAMESPACES = ["unshare", "--user", "--pid", "--net", "--map-root-user", "--fork"]

MISSING = (
    "There is no Chromium on this machine. Install it by `apt-get install "
    "chromium-headless-shell`, or let CHROMIUM_PATH name the program."
)
TOOLS_MISSING = (
    "The programs that confine Chromium are missing. Install the package util-linux."
)
NO_SANDBOX = (
    "Chromium's sandbox cannot work on this machine: {reason} "
    "BROWSER_SANDBOX=off runs Chromium without it; a page that breaks out of "
    "Chromium then has the rights of the user that it runs as."
)
NO_NAMESPACES = "user namespaces are forbidden here."
NO_USER = "the worker runs as root and cannot become the user nobody."

_lock = threading.Lock()
# By command: whether it works, and when that was found.
_found: dict[tuple[str, ...], tuple[bool, float]] = {}


def unavailability() -> str | None:
    """Return why no page can be captured here, None where all is there.

    For operators, and for clients too: it names programs and settings only. What was
    found to work is not tried again in this process, what failed after some seconds.
    """
    if shutil.which(settings.CHROMIUM_PATH) is None:
        return MISSING
    if not all(map(shutil.which, TOOLS)):
        return TOOLS_MISSING
    if not settings.BROWSER_SANDBOX:
        return None
    if is_root() and not _can_drop_root():
        return NO_SANDBOX.format(reason=NO_USER)
    if not _works([*_privileges(), *NAMESPACES, "true"]):
        return NO_SANDBOX.format(reason=NO_NAMESPACES)
    return None


def privileges() -> list[str]:
    """Return the command that runs another with no rights to gain, and not as root.

    Where root cannot be dropped, and BROWSER_SANDBOX=off allows that, it runs as root.
    """
    if is_root() and not _can_drop_root():
        return ["setpriv", "--no-new-privs", "--"]
    return _privileges()


def browser_user() -> tuple[int, int]:
    """Return the user and group, by number, that Chromium runs as."""
    if is_root() and _can_drop_root():
        nobody = pwd.getpwnam(UNPRIVILEGED_USER)
        return nobody.pw_uid, nobody.pw_gid
    return os.geteuid(), os.getegid()


def is_root() -> bool:
    return os.geteuid() == 0


def _can_drop_root() -> bool:
    try:
        return _works([*_privileges(), "true"])
    except KeyError:
        return False  # There is no such user.


def _privileges() -> list[str]:
    command = ["setpriv", "--no-new-privs"]
    if is_root():
        nobody = pwd.getpwnam(UNPRIVILEGED_USER)
        command += [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}"]
        command += ["--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
    return [*command, "--"]


def _works(command: list[str]) -> bool:
    key = tuple(command)
    with _lock:
        works, found_at = _found.get(key, (False, float("-inf")))
        if not works and monotonic() - found_at > LOOK_AGAIN_SECONDS:
            works = _ends_well(command)
            _found[key] = works, monotonic()
    return works


def _ends_well(command: list[str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  Nothing of it comes from a client.
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": PROGRAM_FOLDERS},
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        logger.exception("%s cannot be tried", command[0])
        return False
    return done.returncode == 0
