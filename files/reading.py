"""What a storage of files tells of them, wherever they lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

CHUNK_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class StoredName:
    name: str
    size: int
    modified_at: datetime


class Slice(Iterator[bytes]):
    """The next `size` bytes of an open file, in chunks; closes the file in the end.

    Not a generator: one that was never begun would leave the file open when closed.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.left = size

    def __next__(self) -> bytes:
        chunk = self.file.read(min(CHUNK_BYTES, self.left)) if self.left else b""
        if not chunk:
            self.close()
            raise StopIteration
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        self.file.close()
