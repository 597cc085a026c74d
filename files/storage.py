"""Brings a new file into the storage so that it is there whole or not at all."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage


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


class NewFile(File):
    """A file that is being made, in a temporary place on the storage's volume."""

    def temporary_file_path(self) -> str:
        return self.file.name

    def save_as(self, name: str) -> tuple[int, str]:
        """Move the file into the storage; returns its size and sha256."""
        self.flush()
        os.fsync(self.fileno())
        self.seek(0)
        size = os.fstat(self.fileno()).st_size
        sha256 = hashlib.file_digest(self.file, "sha256").hexdigest()
        self.seek(0)
        default_storage.save(name, self)
        return size, sha256


@contextmanager
def new_file(name: str) -> Iterator[NewFile]:
    """Yield an empty file to write to; it vanishes unless it is saved."""
    path = _temporary(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(path, "x+b", opener=_private) as file:
            yield NewFile(file)
    finally:
        discard_new_file(name)


def discard_new_file(name: str) -> None:
    """Remove a new file that nobody makes any more."""
    _temporary(name).unlink(missing_ok=True)


def _temporary(name: str) -> Path:
    return settings.STORAGE_PATH / "tmp" / name


def _private(path, flags):
    return os.open(path, flags, mode=0o600)
