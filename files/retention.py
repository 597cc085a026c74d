"""Removes what nobody needs any more, and finds what has lost its other half."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from time import monotonic

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from files.exceptions import FileStateConflict
from files.models import FileLink, StoredFile, StoredFileQuerySet
from files.reading import StoredName
from files.removal import Removed, half_removed, remove_in_batches
from files.storage import discard_new_file
from files.trash import old_trash, put_into_trash

logger = logging.getLogger(__name__)

LINK_RETENTION = timedelta(days=30)
ORPHAN_AGE = timedelta(hours=1)
LEFTOVER_AGE = timedelta(days=1)
WINDOW = 5_000
BATCH = 500

Sweep = Iterator[list[int]]
Known = dict[str, datetime | None]  # Names of rows, and since when in the trash.


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one sweep has found; a dry run leaves it there."""

    what: str
    removed: Removed


def clean_up(*, is_dry_run: bool = False, seconds: float = inf) -> list[Found]:
    """Do all sweeps but the comparison, which has steps of its own."""
    ends_at = monotonic() + seconds
    found = []
    for what, sweep in SWEEPS.items():
        removed = Removed()
        for sizes in sweep(is_dry_run):
            removed.add(sizes)
            if monotonic() > ends_at:
                break
        found.append(Found(what=what, removed=removed))
    return found


def keep_up(*, seconds: float, position: str) -> str | None:
    """Do the sweeps, then compare the storage with the rows, window by window; the
    registered upkeep of this app (jobs/upkeep.py)."""
    if not position:
        ends_at = monotonic() + seconds
        log(clean_up(seconds=seconds))
        return "" if monotonic() > ends_at else "0"
    comparison = compare(after=position, seconds=seconds)
    log(comparison.found)
    return comparison.position


def log(found: list[Found]) -> None:
    for one in found:
        if one.removed.count:
            size, count = one.removed.size, one.removed.count
            logger.info("%s: %s removed, %s bytes", one.what, count, size)


# --- Sweeps: each yields the sizes of what it removed, batch by batch ---


def _sweep_files(select: Callable[[], StoredFileQuerySet]) -> Callable[[bool], Sweep]:
    def sweep(is_dry_run: bool) -> Sweep:
        if is_dry_run:
            return iter([list(select().values_list("size", flat=True))])
        return remove_in_batches(select())

    return sweep


def _sweep_links(is_dry_run: bool) -> Sweep:
    moment = timezone.now() - LINK_RETENTION
    # Those that were revoked go once they would have ended by themselves.
    old = FileLink.objects.filter(expires_at__lt=moment)
    while links := list(old.values_list("pk", flat=True)[:BATCH]):
        if is_dry_run:
            yield [0] * old.count()
            return
        FileLink.objects.filter(pk__in=links).delete()
        yield [0] * len(links)


def _sweep_leftovers(is_dry_run: bool) -> Sweep:
    """Remove files that a process began to make, and never ended."""
    moment = timezone.now().timestamp() - LEFTOVER_AGE.total_seconds()
    folder = settings.STORAGE_PATH / "tmp"
    for path in folder.iterdir() if folder.is_dir() else []:
        try:
            status = path.stat()
            if status.st_mtime >= moment:
                continue
            if not is_dry_run:
                discard_new_file(path.name)
        except FileNotFoundError:
            continue
        yield [status.st_size]


SWEEPS: dict[str, Callable[[bool], Sweep]] = {
    "Expired files": _sweep_files(StoredFile.objects.expired),
    "Old trash": _sweep_files(old_trash),
    "Half removed files": _sweep_files(half_removed),
    "Ended links": _sweep_links,
    "Unfinished files": _sweep_leftovers,
}


# --- The storage and the rows, side by side in the order of names ---


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a window of names had; `position` is where the next begins, or None."""

    found: list[Found]
    position: str | None


def compare(
    *, after: str, is_dry_run: bool = False, seconds: float = inf
) -> Comparison:
    """Find files without a row, and rows without a file, among the next names.

    The former are removed once they are an hour old, since before that a row may
    come, and for so many seconds at most. The latter go into the trash, so that a
    backup of the files can bring them back.
    """
    ends_at = monotonic() + seconds
    names, known, end = _next_window(after)
    missed = Removed()
    stored = {found.name for found in names}
    missed.add(list(_trash_missing(known, stored, is_dry_run)))
    orphans = Removed()
    for found in _remove_orphans(names, known, is_dry_run):
        orphans.add([found.size])
        if monotonic() > ends_at:
            end = found.name
            break
    return Comparison(
        found=[
            Found(what="Files without a row", removed=orphans),
            Found(what="Rows without a file, put into the trash", removed=missed),
        ],
        position=end,
    )


def _next_window(after: str) -> tuple[list[StoredName], Known, str | None]:
    """Return files and rows with the next names, and the last name that both lists
    reach; None where they reach the end."""
    names = default_storage.names(after=after, limit=WINDOW)
    later = StoredFile.objects.filter(file_name__gt=after).order_by("file_name")
    known = dict(later.values_list("file_name", "trashed_at")[:WINDOW])
    lists = ([one.name for one in names], list(known))
    end = min((one[-1] for one in lists if len(one) == WINDOW), default=None)
    if end is not None:
        names = [one for one in names if one.name <= end]
        known = {name: trashed for name, trashed in known.items() if name <= end}
    return names, known, end


def compare_all(*, is_dry_run: bool = False) -> list[Found]:
    """Compare all names; returns what was found of both."""
    position: str | None = "0"
    totals: dict[str, Removed] = {}
    while position is not None:
        comparison = compare(after=position, is_dry_run=is_dry_run)
        for one in comparison.found:
            total = totals.setdefault(one.what, Removed())
            total.count += one.removed.count
            total.size += one.removed.size
        position = comparison.position
    return [Found(what=what, removed=removed) for what, removed in totals.items()]


def _remove_orphans(
    names: list[StoredName], known: Known, is_dry_run: bool
) -> Iterator[StoredName]:
    moment = timezone.now() - ORPHAN_AGE
    for found in names:
        if found.name in known or found.modified_at > moment:
            continue
        # The row may have come after the others were read.
        if StoredFile.objects.filter(file_name=found.name).exists():
            continue
        if not is_dry_run:
            default_storage.delete(found.name)
        yield found


def _trash_missing(known: Known, stored: set[str], is_dry_run: bool) -> Iterator[int]:
    present = [name for name, trashed_at in known.items() if trashed_at is None]
    missing = [name for name in present if name not in stored]
    if len(missing) > max(1, len(present) / 2):
        logger.critical(
            "%s of %s files are missing: is the storage there?",
            len(missing),
            len(present),
        )
        return
    for row in StoredFile.objects.filter(file_name__in=missing, trashed_at=None):
        # It may have come after the storage was listed.
        if default_storage.exists(row.file_name):
            continue
        if not is_dry_run:
            try:
                put_into_trash(row)
            except FileStateConflict:
                continue
            logger.error("%s is missing: it is in the trash of its owner", row)
        yield row.size
