"""Brings a new file into the storage so that it is there whole or not at all."""

import errno
import hashlib
import heapq
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

from files.exceptions import StorageFull
from files.quota import check_room
from files.reading import Slice, StoredName

CHECK_BYTES = 4_000_000


class DurableFileSystemStorage(FileSystemStorage):
    """Django's folder storage, where a saved name survives a power cut.

    Django renames a file that has a `temporary_file_path` into place; the rename is
    durable once the folder is synced.
    """

    def _save(self, name, content):
        saved = super()._save(name, content)
        folder = os.open(Path(self.path(saved)).parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return saved

    def read(self, name: str, start: int, end: int) -> Slice:
        """Return the bytes from `start` up to `end`; raises FileNotFoundError."""
        file = Path(self.path(name)).open("rb")  # noqa: SIM115  The slice closes it.
        file.seek(start)
        return Slice(file, end - start)

    def names(self, *, after: str, limit: int) -> list[StoredName]:
        """Return the first files, by name, of those whose names come later."""
        if not Path(self.location).is_dir():
            return []
        with os.scandir(self.location) as entries:
            later = (entry.name for entry in entries if entry.name > after)
            names = heapq.nsmallest(limit, later)
        return [found for name in names if (found := self._look_at(name))]

    def _look_at(self, name: str) -> StoredName | None:
        try:
            status = Path(self.path(name)).stat()
        except FileNotFoundError:
            return None
        modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
        return StoredName(name=name, size=status.st_size, modified_at=modified_at)


class NewFile(File):
    """A file that is being made, in a temporary place on the storage's volume.

    Writing raises UserQuotaExceeded or StorageFull soon after it has become larger
    than there is room for.
    """

    def __init__(self, file, owner_id: str) -> None:
        super().__init__(file)
        self.owner_id = owner_id
        self.written = self.checked = 0

    def write(self, data: bytes) -> int:
        self.written += len(data)
        if self.written - self.checked > CHECK_BYTES:
            check_room(self.owner_id, self.written, written=self.checked)
            self.checked = self.written
        return self.file.write(data)

    def temporary_file_path(self) -> str:
        return self.file.name

    def scratch_folder(self) -> Path:
        """Make an empty folder on the same volume, which vanishes with the file."""
        folder = _scratch(Path(self.file.name).name)
        folder.mkdir(mode=0o700)
        return folder

    def save_as(self, name: str) -> tuple[int, str]:
        """Move the file into the storage; returns its size and sha256."""
        self.flush()
        os.fsync(self.fileno())
        self.seek(0)
        size = os.fstat(self.fileno()).st_size
        check_room(self.owner_id, size, written=size)
        sha256 = hashlib.file_digest(self.file, "sha256").hexdigest()
        self.seek(0)
        default_storage.save(name, self)
        return size, sha256


@contextmanager
def new_file(name: str, *, owner_id: str) -> Iterator[NewFile]:
    """Yield an empty file to write to; it vanishes unless it is saved.

    Raises UserQuotaExceeded or StorageFull where it becomes too large.
    """
    path = _temporary(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(path, "x+b", opener=_private) as file:
            yield NewFile(file, owner_id)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise
    finally:
        discard_new_file(name)


def discard_new_file(name: str) -> None:
    """Remove a new file, or its scratch folder, that nobody works on any more."""
    path = _temporary(name)
    for folder in (path, _scratch(name)):
        shutil.rmtree(folder, ignore_errors=True)
    path.unlink(missing_ok=True)


def _temporary(name: str) -> Path:
    return settings.STORAGE_PATH / "tmp" / name


def _scratch(name: str) -> Path:
    return _temporary(f"{name}.parts")


def _private(path, flags):
    return os.open(path, flags, mode=0o600)
