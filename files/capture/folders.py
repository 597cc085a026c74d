"""The folder of one browser: its profile, and what it writes while it runs.

It is no other user's, and is gone with the browser. It lies outside STORAGE_PATH, into
which the user that Chromium runs as cannot look.
"""

import logging
import os
import re
import shutil
from pathlib import Path
from stat import S_ISDIR
from time import time

from files.capture.sandbox import browser_user
from jobs.processes import PROC, group_of, kill_group

logger = logging.getLogger(__name__)

ROOT = Path("/tmp")  # noqa: S108  Folders in it are made exclusively, see make_folder.
PREFIX = "hs-browser-"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
OLD_SECONDS = 3600


def folder_of(name: str) -> Path:
    """Return where the browser of that name has its folder; raises ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"a browser cannot be named {name!r}")
    return ROOT / f"{PREFIX}{name}"


def make_folder(name: str) -> Path:
    """Make the folder, for the browser's user alone.

    Raises FileExistsError where there is anything of that name: somebody else may
    have put it there.
    """
    folder = folder_of(name)
    folder.mkdir(mode=0o700)
    try:
        os.chown(folder, *browser_user(), follow_symlinks=False)
    except OSError:
        folder.rmdir()
        raise
    return folder


def profile_argument(folder: Path) -> str:
    """Return the argument of Chromium by which it is known from others."""
    return f"--user-data-dir={folder}/profile"


def remove_browser(name: str) -> None:
    """Kill what runs with the browser's folder, and remove the folder."""
    folder = folder_of(name)
    for group in _groups_of(folder):
        kill_group(group)
    if _is_ours(folder):
        _remove(folder)


def remove_old_folders() -> None:
    """Remove browsers that are an hour old: no capture takes that long."""
    moment = time() - OLD_SECONDS
    for folder in ROOT.glob(f"{PREFIX}*"):
        name = folder.name.removeprefix(PREFIX)
        if NAME.fullmatch(name) and _is_ours(folder) and _changed_at(folder) < moment:
            logger.warning("%s was left behind; it is removed", folder)
            remove_browser(name)


def keep_up(*, seconds: float, position: str) -> None:
    """Remove what was left behind; registered as upkeep (jobs/upkeep.py)."""
    remove_old_folders()


def _groups_of(folder: Path) -> set[int]:
    wanted = profile_argument(folder).encode()
    users = _users()
    groups = set()
    for process in PROC.glob("[0-9]*"):
        try:
            is_it = wanted in (process / "cmdline").read_bytes().split(b"\0")
            if is_it and process.stat().st_uid in users:
                groups.add(group_of(int(process.name)))
        except OSError:
            continue  # It is gone, or hidden from this user.
    # What was started by hand may be in the group of this very process.
    return groups - {None, os.getpgrp()}


def _users() -> set[int]:
    return {os.geteuid(), browser_user()[0]}


def _is_ours(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    return S_ISDIR(status.st_mode) and status.st_uid in _users()


def _changed_at(folder: Path) -> float:
    try:
        return folder.lstat().st_mtime
    except FileNotFoundError:
        return time()


def _remove(folder: Path) -> None:
    try:
        # It follows no link, also where one is put there meanwhile.
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass  # Somebody else was faster.
    except (OSError, RecursionError):
        logger.exception("%s cannot be removed", folder)
