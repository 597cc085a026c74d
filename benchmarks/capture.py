"""Measures how fast pages of the web are captured, and in how much memory.

`make benchmark-capture` has clients of a platform of its own order captures of pages
that a server on loopback has; in turns with that, npm's puppeteer-core takes the same
with the same Chromium, a fresh one each time. What is to be beaten was measured on the
system that this one replaces, which did it so, on a machine of two cores.

Run it as root: otherwise the memory of Chromium's children cannot be read.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from benchmarks.capture_steps import time_jobs, time_steps
from benchmarks.clients import make_files, new_users
from benchmarks.makers import NODE_FOLDER, Maker, install_rivals
from benchmarks.makers import Case as RivalCase
from benchmarks.memory import Memory
from benchmarks.tables import FiguresToBeat, Table, ratio
from tests.pages import make_pages
from tests.running_platform import RunningPlatform, running_platform
from tests.servers import web_server

CHROMIUM = "chromium-headless-shell"
COLUMNS = {
    "ours: p50 s": 12,
    "p95 s": 8,
    "npm's: p50 s": 14,
    "p95 s ": 8,
    "ratio": 8,
    "to beat": 9,
    "ratio ": 8,
}
RATE_SECONDS = 4
P50_TO_BEAT, RATE_TO_BEAT, MEMORY_LIMIT_MB = 2.7, 0.6, 512


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    page: str
    kind: str = "screenshot"
    options: dict = field(default_factory=dict)
    to_beat: float | None = None  # In seconds.

    def request(self, site: str) -> dict:
        return {"url": f"{site}/{self.page}", "options": self.options}

    def rival(self, site: str) -> RivalCase:
        request = {
            "url": f"{site}/{self.page}",
            "chromium": shutil.which(CHROMIUM),
            "isFullPage": self.options.get("fullPage", False),
            "isPdf": self.kind == "page-pdf",
        }
        return RivalCase(name=self.name, format="screenshot", request=request)


LIGHT = Case(name="light page", page="light.html", to_beat=P50_TO_BEAT)
CASES = [
    LIGHT,
    Case(
        name="light page, networkidle2",
        page="light.html",
        options={"waitUntil": "networkidle2"},
    ),
    Case(name="light page, full page", page="light.html", options={"fullPage": True}),
    Case(name="heavy page", page="heavy.html"),
    Case(
        name="heavy page, networkidle2",
        page="heavy.html",
        options={"waitUntil": "networkidle2"},
    ),
    Case(name="heavy page, full page", page="heavy.html", options={"fullPage": True}),
    Case(name="light page, PDF", page="light.html", kind="page-pdf"),
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="of each case, by turns")
    parser.add_argument("--captures", type=int, default=8, help="of each round")
    parser.add_argument("--clients", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.captures, options.clients = 1, 2, 2
    has_rival = install_rivals()
    if not has_rival:
        print("There is no node with npm here: nothing to compare with.\n")
    with capturing_platform() as (platform, site):
        at_start = platform.memory_mb()
        bench = Bench(platform, site, options, has_rival)
        bench.measure_one_client()
        bench.measure_many_clients()
        bench.measure_memory(at_start)
        bench.measure_steps()


@contextmanager
def capturing_platform() -> Iterator[tuple[RunningPlatform, str]]:
    """Run a platform without rate limits, beside the pages that it may capture."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        make_pages(folder)
        site = stack.enter_context(web_server(folder))
        environment = {
            "RATE_LIMITS_ENABLED": "false",
            "BROWSER_ALLOWED_HOSTS": "127.0.0.1",
            "BROWSER_ALLOWED_PORTS": site.rpartition(":")[2],
        }
        yield stack.enter_context(running_platform(**environment)), site


class Bench:
    def __init__(
        self,
        platform: RunningPlatform,
        site: str,
        options: argparse.Namespace,
        has_rival: bool,
    ) -> None:
        self.platform = platform
        self.site = site
        self.options = options
        self.has_rival = has_rival
        self.tokens = new_users(platform, options.clients)

    def capture(self, case: Case, captures: int, clients: int = 1):
        return make_files(
            self.platform,
            self.tokens[:clients],
            kind=case.kind,
            request=case.request(self.site),
            files=captures,
        )

    def measure_one_client(self) -> None:
        table = Table("1 client", COLUMNS)
        self.capture(LIGHT, 2)  # The first ones take longer.
        for case in CASES:
            table.print_row(case.name, *self.cells(case))
        print(flush=True)

    def cells(self, case: Case) -> list[str]:
        ours, rival = [], []
        with rivals_of(case, self.site, 1 if self.has_rival else 0) as makers:
            for _ in range(self.options.rounds):
                ours += self.capture(case, self.options.captures).milliseconds
                for maker in makers:
                    rival += [maker.make(0)[0] for _ in range(self.options.captures)]
        cells = [*spread(ours), "", "", "", "", ""]
        if rival:
            against = ratio(median(ours), median(rival), lower=True)
            cells[2:5] = *spread(rival), against
        if case.to_beat:
            cells[5:] = (
                f"{case.to_beat}",
                ratio(median(ours) / 1000, case.to_beat, lower=True),
            )
        return cells

    def measure_many_clients(self) -> None:
        """Ours has one browser at a time; npm's as many as there are clients."""
        table = FiguresToBeat()
        clients, captures = self.options.clients, 4 * self.options.clients
        ours, rival = [], []
        with rivals_of(LIGHT, self.site, clients * self.has_rival) as makers:
            for _ in range(self.options.rounds):
                ours.append(self.capture(LIGHT, captures, clients).per_second)
                if makers:
                    rival.append(rate_of(makers))
        name = f"{clients} clients, light page"
        table.add(f"{name}: ours", median(ours), "a second", RATE_TO_BEAT)
        if rival:
            table.add(f"{name}: npm's", median(rival), "a second", RATE_TO_BEAT)
        print(flush=True)

    def measure_memory(self, at_start: float) -> None:
        table = FiguresToBeat()
        limit, captures = MEMORY_LIMIT_MB, 5 * self.options.captures + 10
        with Memory(self.platform) as memory:
            self.capture(LIGHT, captures)
            light = memory.peak_mb
            self.capture(CASES[5], captures // 5)
        table.add("memory at start", at_start, "MB", limit, lower=True)
        table.add(f"peak, {captures} light pages", light, "MB", limit, lower=True)
        table.add("peak, with heavy ones", memory.peak_mb, "MB", limit, lower=True)
        table.add("  of that Chromium", memory.browser_mb, "MB")
        table.add(
            "memory at the end", self.platform.memory_mb(), "MB", limit, lower=True
        )
        print(flush=True)

    def measure_steps(self) -> None:
        """Print where the time of a capture goes, in medians."""
        client = self.platform.client(self.tokens[0])
        count = 4 * self.options.rounds
        job = time_jobs(client, LIGHT.request(self.site), count)
        steps = time_steps(f"{self.site}/{LIGHT.page}", count)
        table = Table("where the time goes", {"ms": 8})
        parts = {
            "submission": job["submission"],
            "queue": job["queue"],
            **steps,
            "storing, and the rest": job["work"] - sum(steps.values()),
            "answer": job["answer"],
        }
        for name, milliseconds in parts.items():
            table.print_row(name, f"{milliseconds:.0f}")


@contextmanager
def rivals_of(case: Case, site: str, count: int) -> Iterator[list[Maker]]:
    """Run so many processes that capture the case's page with puppeteer-core."""
    command = ["node", str(NODE_FOLDER / "make.js")]
    makers: list[Maker] = []
    with tempfile.TemporaryDirectory(prefix="hs-benchmark-") as name:
        try:
            for number in range(count):
                folder = Path(name) / str(number)
                folder.mkdir()
                makers.append(Maker(command, case.rival(site), folder))
                makers[-1].make(0)  # The first one takes longer.
            yield makers
        finally:
            for maker in makers:
                maker.kill()


def rate_of(makers: list[Maker]) -> float:
    """Return how many captures a second processes make at once."""
    with ThreadPoolExecutor(len(makers)) as pool:
        started = time.perf_counter()
        taken = pool.map(lambda maker: maker.make(RATE_SECONDS), makers)
        captures = sum(map(len, taken))
        return captures / (time.perf_counter() - started)


def spread(milliseconds: list[float]) -> list[str]:
    """Return the median and what 95 of 100 are below, in seconds."""
    p95 = quantiles(milliseconds, n=20, method="inclusive")[18]
    return [f"{median(milliseconds) / 1000:.2f}", f"{p95 / 1000:.2f}"]


if __name__ == "__main__":
    main()
