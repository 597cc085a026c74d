"""Keeps files in a bucket of an S3-compatible storage.

Imported only where S3_BUCKET is set: boto3 and its first client take 32 MB.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from files.exceptions import StorageUnavailable
from files.reading import Slice, StoredName

MISSING = {"404", "NoSuchKey"}


class BucketStorage(S3Storage):
    """django-storages' bucket, which nobody reads but through the platform.

    Raises FileNotFoundError where there is no such file, and StorageUnavailable
    where the bucket does not answer, or not as it should.
    """

    def __init__(self, **options) -> None:
        options.setdefault("default_acl", "private")
        options.setdefault("querystring_auth", False)
        # Names are never used twice, and asking first takes a request.
        options.setdefault("file_overwrite", True)
        options.setdefault("client_config", CONFIG)
        # A worker's signals reach its main thread only.
        options.setdefault("transfer_config", TransferConfig(use_threads=False))
        super().__init__(**options)

    @cached_property
    def connection(self):
        """The client of all threads: one for each would take 5 MB of memory."""
        return super().connection

    def _save(self, name, content):
        with _translated_errors(name):
            return super()._save(name, content)

    def delete(self, name):
        with _translated_errors(name):
            super().delete(name)

    def exists(self, name):
        with _translated_errors(name):
            return super().exists(name)

    def read(self, name: str, start: int, end: int) -> Slice:
        """Return the bytes from `start` up to `end`."""
        wanted = {"Range": f"bytes={start}-{end - 1}"} if end > start else {}
        with _translated_errors(name):
            answer = self.bucket.Object(name).get(**wanted)
        return BucketSlice(answer["Body"], end - start)

    def names(self, *, after: str, limit: int) -> list[StoredName]:
        """Return the first files, by name, of those whose names come later."""
        pages = self.connection.meta.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket_name,
            StartAfter=after,
            PaginationConfig={"MaxItems": limit},
        )
        with _translated_errors("the list"):
            return [
                StoredName(
                    name=found["Key"],
                    size=found["Size"],
                    modified_at=found["LastModified"],
                )
                for page in pages
                for found in page.get("Contents", [])
            ]


class BucketSlice(Slice):
    def __next__(self) -> bytes:
        with _translated_errors("a file"):
            return super().__next__()


CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=50,
    retries={"mode": "standard", "total_max_attempts": 3},
    signature_version="s3v4",
    # Other providers than Amazon do not know its newer check sums.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@contextmanager
def _translated_errors(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            raise FileNotFoundError(name) from error
        raise StorageUnavailable from error
    except BotoCoreError as error:
        raise StorageUnavailable from error
