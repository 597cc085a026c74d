"""A real platform, started as an operator starts it, for tests and benchmarks."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROC = Path("/proc")
START_SECONDS = 40
OPERATOR_EMAIL = "operator@example.com"
PASSWORD = "correct horse battery staple"


class RunningPlatform:
    """Web server and worker under the supervisor, on a free port of loopback."""

    def __init__(self, storage: Path, **environment: str) -> None:
        self.storage = storage
        self.port = free_port()
        self.log = storage / "platform.log"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "HOME")
        } | {
            "ENV_FILE": "",
            "STORAGE_PATH": str(storage),
            "PORT": str(self.port),
            "OPERATOR_EMAIL": OPERATOR_EMAIL,
            "OPERATOR_PASSWORD": PASSWORD,
            **environment,
        }
        self.process: subprocess.Popen | None = None
        self.clients: list[Client] = []

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until(self.is_ready, "the platform to be ready")

    def stop(self) -> None:
        for client in self.clients:
            client.connection.close()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=40)

    def kill(self) -> None:
        """Kill the supervisor; the kernel takes the rest of the tree with it."""
        pids = self.pids()
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.wait_until(lambda: not any(map(is_alive, pids)), "the tree to be gone")

    def wait_until(self, condition, what: str) -> None:
        ends_at = time.monotonic() + START_SECONDS
        while not condition():
            if time.monotonic() > ends_at or self.process.poll() not in (None, -9):
                raise AssertionError(f"Waited for {what}.\n{self.log.read_text()}")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            is_healthy = self.client().get("/health").data["services"]["jobQueue"]
        except OSError:
            return False
        # The node is there before its workers are.
        return is_healthy and bool(self.find(" pusher"))

    def client(self, token: str | None = None) -> "Client":
        client = Client(self.port, token)
        self.clients.append(client)
        return client

    def new_user(self, email: str = "ada@example.com") -> "Client":
        """Sign a new user up and in."""
        account = {"email": email, "password": PASSWORD}
        answer = self.client().post("/api/users", account)
        assert answer.status == 201, answer
        return self.sign_in(email)

    def sign_in(self, email: str) -> "Client":
        account = {"email": email, "password": PASSWORD}
        answer = self.client().post("/api/sessions", account)
        assert answer.status == 201, answer
        client = self.client(answer.data["data"]["token"])
        client.user_id = answer.data["data"]["userId"]
        return client

    def pids(self) -> list[int]:
        """The processes of the platform, the supervisor first."""
        children: dict[int, list[int]] = {}
        for folder in PROC.glob("[0-9]*"):
            if parent := parent_of(int(folder.name)):
                children.setdefault(parent, []).append(int(folder.name))
        tree = [self.process.pid]
        for pid in tree:
            tree.extend(children.get(pid, []))
        return tree

    def node(self) -> int:
        """The worker's first process; see jobs/cluster.py for the others."""
        return self.find("platform worker: node")[0]

    def pool(self) -> int:
        return self.find("platform worker: pool")[0]

    def pusher(self) -> int:
        return self.find(" pusher")[0]

    def monitor(self) -> int:
        return self.find(" monitor")[0]

    def workers(self) -> list[int]:
        """The processes that do jobs, the oldest first."""
        pool = self.pool()
        others = {self.pusher(), self.monitor()}
        children = [pid for pid in self.pids() if parent_of(pid) == pool]
        return sorted(set(children) - others)

    def find(self, command: str) -> list[int]:
        """The pids whose command line has `command` in it, the oldest first."""
        found = []
        for pid in sorted(self.pids()):
            try:
                line = (PROC / str(pid) / "cmdline").read_bytes()
            except OSError:
                continue
            if command in line.replace(b"\0", b" ").decode():
                found.append(pid)
        return found

    def memory_mb(self) -> float:
        """The proportional set size of all processes together, in MB."""
        return sum(map(proportional_kib, self.pids())) / 1024


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def data(self) -> dict:
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:500]!r}"


class Client:
    """A small HTTP client: one connection, kept alive."""

    def __init__(self, port: int, token: str | None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.token = token
        self.user_id: str | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body, **headers: str) -> Answer:
        return self.request("POST", path, body, headers)

    def request(self, method: str, path: str, body=None, headers=None) -> Answer:
        headers = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        # An iterator of bytes is sent in chunks.
        content = json.dumps(body) if isinstance(body, dict) else body
        try:
            self.connection.request(method, path, content, headers)
            return Answer(self.connection.getresponse())
        except OSError:
            self.connection.close()
            raise


@contextmanager
def running_platform(**environment: str) -> Iterator[RunningPlatform]:
    with tempfile.TemporaryDirectory(prefix="hs-platform-") as folder:
        platform = RunningPlatform(Path(folder), **environment)
        try:
            platform.start()
            yield platform
        finally:
            platform.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_alive(pid: int) -> bool:
    return parent_of(pid) is not None


def parent_of(pid: int) -> int | None:
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    state, parent, *_ = stat.rpartition(")")[2].split()
    return None if state == "Z" else int(parent)


def proportional_kib(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
