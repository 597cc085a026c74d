"""Tables of many rows, sent as NDJSON to a real server."""

import csv
import io
import json
import socket
from contextlib import suppress

import pytest

from tests.running_platform import PROC, running_platform

pytestmark = pytest.mark.live

ROWS = 50_000
NDJSON = {"Content-Type": "application/x-ndjson"}
# What the web process may take beside what it had; the body has 5 MB.
MAX_GROWTH_MB = 20


@pytest.fixture(scope="module")
def platform():
    limits = {"RATE_LIMITS_ENABLED": "false", "MAX_STREAMED_BODY_BYTES": "10000000"}
    with running_platform(**limits, JOB_WORKERS="2") as platform:
        yield platform


def body():
    """Yield the request, and then as many rows."""
    yield b'{"headers":[{"id":"n","title":"No."},{"id":"text"}],"fileName":"Many"}\n'
    for start in range(0, ROWS, 500):
        rows = ({"n": n, "text": f"Zürich, {n}"} for n in range(start, start + 500))
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        yield "".join(lines).encode()


def expected():
    return [["No.", "text"], *([str(n), f"Zürich, {n}"] for n in range(ROWS))]


def peak_mb(pid):
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"{pid} is gone")


def send(client, kind="csv", **headers):
    path = f"/api/files/generate/{kind}"
    wait = {"Prefer": "wait=30"}
    return client.request("POST", path, body(), {**NDJSON, **wait, **headers})


@pytest.mark.parametrize("is_chunked", [True, False])
def test_makes_csv_of_many_rows_in_little_memory(platform, is_chunked):
    client = platform.new_user(f"csv-{is_chunked}@example.com")
    length = str(sum(map(len, body())))
    web = platform.find("granian")[-1]
    before = peak_mb(web)

    answer = send(client, **({} if is_chunked else {"Content-Length": length}))

    assert answer.status == 200, answer
    result = answer.data["data"]["result"]
    assert (result["rows"], result["columns"]) == (ROWS, 2)
    text = client.get(result["file"]["url"]).body.decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == expected()
    assert peak_mb(web) - before < MAX_GROWTH_MB


def test_makes_xlsx_of_many_rows_and_leaves_nothing_else(platform):
    client = platform.new_user("xlsx@example.com")

    answer = send(client, "xlsx")

    assert answer.status == 200, answer
    files = client.get("/api/files").data["data"]["files"]
    assert [file["type"] for file in files] == ["xlsx"]
    assert list((platform.storage / "tmp").iterdir()) == []


def test_refuses_strangers_before_their_rows_are_read(platform):
    with socket.create_connection(("127.0.0.1", platform.port), timeout=10) as client:
        client.sendall(
            b"POST /api/files/generate/csv HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-ndjson\r\nContent-Length: 5000000\r\n\r\n{"
        )

        answer = b"".join(iter(lambda: client.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in answer.lower()


def test_refuses_what_is_announced_as_too_large(platform):
    client = platform.new_user("large@example.com")
    headers = {**NDJSON, "Content-Length": "10000001"}

    answer = client.request("POST", "/api/files/generate/csv", b"", headers)

    assert answer.status == 413


def test_keeps_nothing_of_what_turns_out_too_large(platform):
    client = platform.new_user("chunks@example.com")
    chunks = (b'{"fileName":"x"}\n' + b"[1]\n" * 100_000 for _ in range(50))

    # The connection is closed while the client still sends.
    with suppress(OSError):
        answer = client.request("POST", "/api/files/generate/csv", chunks, NDJSON)
        assert answer.status == 413

    client = platform.client(client.token)
    assert client.get("/api/files").data["data"]["total"] == 0
    assert client.get("/api/jobs").data["data"]["total"] == 0
    assert list((platform.storage / "tmp").iterdir()) == []
