"""Against a server of S3's protocol, over HTTP."""

import socket
import time
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch
from zipfile import ZipFile

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import TestCase, override_settings
from moto.server import ThreadedMotoServer

from accounts.tests.factories import api_client, make_user
from files.bucket import BucketStorage
from files.exceptions import StorageUnavailable
from files.generation import discard_files, generate_file
from files.models import StoredFile
from files.reading import CHUNK_BYTES
from files.retention import compare
from files.tests.factories import (
    PDF,
    make_file_name,
    make_stored_file,
    stored_names,
    unfinished_names,
)
from files.uploads import store_upload
from jobs import handlers
from jobs.claiming import claim_job
from jobs.execution import complete, execute
from jobs.handlers import Handler
from jobs.tests.factories import make_active_job, make_job

KEYS = {"access_key": "testing", "secret_key": "testing"}
BUCKET = "platform-files"


def bucket_settings(endpoint, **options):
    default = {
        "BACKEND": "files.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "endpoint_url": endpoint,
            "region_name": "us-east-1",
            **KEYS,
            **options,
        },
    }
    return override_settings(S3_BUCKET=BUCKET, STORAGES={"default": default})


def client_of(endpoint):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )


class BucketTestCase(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        cls.addClassCleanup(server.stop)
        host, port = server.get_host_and_port()
        cls.endpoint = f"http://{host}:{port}"
        settings = bucket_settings(cls.endpoint)
        settings.enable()
        cls.addClassCleanup(settings.disable)

    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.client = client_of(self.endpoint)
        self.client.create_bucket(Bucket=BUCKET)
        self.addCleanup(self.empty)

    def empty(self):
        for name in self.names():
            self.client.delete_object(Bucket=BUCKET, Key=name)

    def names(self):
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {one["Key"] for one in found}


class BucketStorageTests(BucketTestCase):
    def save(self, content, name=None):
        return default_storage.save(name or make_file_name(), ContentFile(content))

    def test_is_the_storage(self):
        assert isinstance(storages["default"], BucketStorage)

    def test_reads_what_it_saved(self):
        name = self.save(b"0123456789")

        assert b"".join(default_storage.read(name, 0, 10)) == b"0123456789"
        assert b"".join(default_storage.read(name, 3, 5)) == b"34"
        assert b"".join(default_storage.read(self.save(b""), 0, 0)) == b""

    def test_reads_in_chunks(self):
        name = self.save(b"x" * 3 * CHUNK_BYTES)

        chunks = list(default_storage.read(name, 1, 3 * CHUNK_BYTES))

        assert max(map(len, chunks)) <= CHUNK_BYTES
        assert sum(map(len, chunks)) == 3 * CHUNK_BYTES - 1

    def test_lets_nobody_else_read_a_file(self):
        name = self.save(b"x")

        grants = self.client.get_object_acl(Bucket=BUCKET, Key=name)["Grants"]
        assert {grant["Grantee"]["Type"] for grant in grants} == {"CanonicalUser"}

    def test_says_that_a_file_is_not_there(self):
        name = make_file_name()

        assert not default_storage.exists(name)
        default_storage.delete(name)
        with pytest.raises(FileNotFoundError):
            default_storage.read(name, 0, 1)

    def test_names_its_files_page_by_page(self):
        names = [self.save(b"xy", f"{n}" * 40 + ".pdf") for n in (2, 0, 1)]

        first = default_storage.names(after="", limit=2)
        second = default_storage.names(after=first[-1].name, limit=2)

        assert [one.name for one in first + second] == sorted(names)
        assert first[0].size == 2
        assert first[0].modified_at.tzinfo is not None


class BucketFilesTests(BucketTestCase):
    def test_are_uploaded_and_downloaded(self):
        stored = store_upload(
            owner=self.alice, chunks=[b"one,", b"two"], extension="csv", title="x"
        )

        client = api_client(self.alice)
        assert client.get(stored.url).getvalue() == b"one,two"
        part = client.get(stored.url, headers={"range": "bytes=4-"})
        assert (part.status_code, part.getvalue()) == (206, b"two")
        assert self.names() == {stored.file_name}
        assert unfinished_names() == set()
        assert stored.file_name not in stored_names()

    def test_are_generated_and_discarded(self):
        job = make_active_job(owner=self.alice)
        outcome = generate_file(
            job,
            extension="pdf",
            title=lambda: "x",
            write=lambda file: file.write(PDF) and [],
        )
        complete(job, outcome)
        assert self.names() == {StoredFile.objects.get().file_name}

        discard_files(job)

        assert self.names() == set()

    def test_are_put_into_archives(self):
        stored = make_stored_file(owner=self.alice, content=b"x" * 200_000)

        response = api_client(self.alice).get(
            "/api/files/archive", {"fileNames": stored.file_name}
        )

        with ZipFile(BytesIO(response.getvalue())) as found:
            assert found.read("Report.pdf") == b"x" * 200_000

    def test_are_not_there_where_the_bytes_are_gone(self):
        stored = make_stored_file(owner=self.alice)
        default_storage.delete(stored.file_name)

        with self.assertLogs("files.api.ranges", "ERROR"):
            assert api_client(self.alice).get(stored.url).status_code == 404

    def test_are_removed_for_good(self):
        stored = make_stored_file(owner=self.alice)

        api_client(self.alice).delete(f"{stored.url}?permanent=true")

        assert self.names() == set()

    def test_are_cleaned_up(self):
        kept = make_stored_file(owner=self.alice)
        default_storage.save(make_file_name(), ContentFile(b"orphan"))

        with patch("files.retention.ORPHAN_AGE", timedelta(seconds=-1)):
            [orphans, missing] = compare(after="0").found

        assert (orphans.removed.count, missing.removed.count) == (1, 0)
        assert self.names() == {kept.file_name}


class DeadBucketTests(TestCase):
    """A bucket that does not answer, or refuses."""

    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def setUp(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        settings = bucket_settings(f"http://127.0.0.1:{port}")
        settings.enable()
        self.addCleanup(settings.disable)

    def test_is_unavailable_to_clients_within_seconds(self):
        started = time.monotonic()

        response = api_client(self.alice).get(self.stored.url)

        assert response.status_code == 503
        assert response.json()["error"]["type"] == "UPSTREAM_UNAVAILABLE"
        assert response.headers["Retry-After"] == "30"
        assert time.monotonic() - started < 10

    def test_lets_a_job_try_again(self):
        job = make_job(owner=self.alice, kind="write")
        handler = Handler(
            kind="write",
            type="file-generation",
            lane="documents",
            path=f"{__name__}.write_something",
        )
        with patch.dict(handlers._handlers, {"write": handler}):
            execute(claim_job(node_id="node", process="1:1"))

        job.refresh_from_db()
        assert job.status == "delayed"
        assert "does not answer" in job.errors[0]["message"]

    def test_leaves_rows_alone_in_the_clean_up(self):
        with pytest.raises(StorageUnavailable):
            compare(after="0")

        self.stored.refresh_from_db()
        assert self.stored.trashed_at is None


def write_something(job):
    return generate_file(job, extension="pdf", title=lambda: "x", write=lambda file: [])
