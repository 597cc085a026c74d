"""Several files as one ZIP, made while it is sent."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from django.core.files.storage import default_storage
from zipstream import ZIP_STORED, ZipStream

from files.exceptions import FilesNotFound
from files.models import StoredFile, StoredFileQuerySet


def zip_of(files: StoredFileQuerySet, names: list[str]) -> ZipStream:
    """Return a ZIP of the named files, whose length is known before it is made.

    Raises FilesNotFound, which lists those that are not among `files`.
    """
    stored = files.in_bulk(names, field_name="file_name")
    missing = [name for name in names if not _is_there(stored.get(name))]
    if missing:
        raise FilesNotFound(details={"fileNames": missing})
    stream = ZipStream(compress_type=ZIP_STORED, sized=True)
    unique = UniqueNames()
    for name in dict.fromkeys(names):
        one = stored[name]
        stream.add(_read(one), unique.of(one.display_name), size=one.size)
    return stream


class UniqueNames:
    """Gives each file of an archive a name of its own that no system trips over."""

    def __init__(self) -> None:
        self.given = Counter()

    def of(self, display_name: str) -> str:
        name = re.sub(r'[/\\:*?"<>|\x00-\x1f\x7f]', "-", display_name).lstrip(".")
        if "." not in name:
            name = f"File.{name}"  # Of "...png" there is only the extension left.
        stem, dot, extension = name.rpartition(".")
        unique = name
        # Some systems take Report.pdf and report.pdf for one.
        while self.given[unique.casefold()]:
            self.given[name.casefold()] += 1
            number = self.given[name.casefold()]
            unique = f"{stem} ({number}){dot}{extension}"
        self.given[unique.casefold()] += 1
        return unique


def _is_there(stored: StoredFile | None) -> bool:
    return stored is not None and default_storage.exists(stored.file_name)


def _read(stored: StoredFile) -> Iterator[bytes]:
    # A generator, so that each file is opened when its turn comes.
    with closing(stored.read()) as chunks:
        yield from chunks
