"""Starts processes that make documents, and compares them: ours, and npm's libraries.

Both make a document again and again, by turns, and are measured in the same way.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.processor import cpu_of
from tests.running_platform import PROC, ROOT

NODE_FOLDER = ROOT / "benchmarks" / "node"
PASSED_ON = {"PATH", "HOME", "LANG"}
RESET_PEAK = "5"  # Of /proc/PID/clear_refs.


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    format: str
    request: dict
    embedded_font: str = ""  # By which npm's is set, instead of the built-in Helvetica.
    has_rival: bool = True
    to_beat: float | None = None  # In ms.


class Maker:
    """A process of its own that makes one document for as long as it is told.

    Its memory is read from outside. What it says of itself (ru_maxrss) would count
    what the process that started it has had.
    """

    def __init__(self, command: list[str], case: Case, folder: Path) -> None:
        self.path = folder / f"{Path(command[0]).name}.{case.format}"
        task = folder / "case.json"
        task.write_text(
            json.dumps(
                {
                    "format": case.format,
                    "request": case.request,
                    "path": str(self.path),
                    "fonts": fonts_of(case),
                }
            )
        )
        self.process = subprocess.Popen(
            [*command, str(task)],
            cwd=ROOT,
            env=environment_for(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.folder = PROC / str(self.process.pid)
        self.rounds: list[list[float]] = []
        self.cpu_seconds = 0.0
        assert self.process.stdout.readline() == "ready\n", "See above for the reason."
        self.idle_mb = self.read_mb("VmRSS")
        (self.folder / "clear_refs").write_text(RESET_PEAK)

    def add_round(self, seconds: float) -> None:
        before = cpu_of(self.process.pid)
        self.rounds.append(self.make(seconds))
        self.cpu_seconds += cpu_of(self.process.pid) - before

    def make(self, seconds: float) -> list[float]:
        """Return the ms that each document has taken."""
        print(seconds, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, "See above for the reason."
        return json.loads(answer)

    def read_mb(self, name: str) -> float:
        lines = (self.folder / "status").read_text().splitlines()
        line = next(line for line in lines if line.startswith(f"{name}:"))
        return int(line.split()[1]) / 1024

    def stop(self) -> "Result":
        peak_mb = self.read_mb("VmHWM")
        self.kill()
        return Result(self, peak_mb)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


class Result:
    def __init__(self, maker: Maker, peak_mb: float) -> None:
        medians = [median(milliseconds) for milliseconds in maker.rounds]
        self.milliseconds = median(medians)
        self.fastest, self.slowest = min(medians), max(medians)
        self.per_second = median(1000 * len(took) / sum(took) for took in maker.rounds)
        documents = sum(map(len, maker.rounds))
        # Of all threads: node collects garbage and compiles in some of them.
        self.cpu_milliseconds = 1000 * maker.cpu_seconds / documents
        self.peak_mb = peak_mb
        self.taken_mb = peak_mb - maker.idle_mb
        self.size = maker.path.stat().st_size
        self.pages = pages_of(maker.path) if maker.path.suffix == ".pdf" else None


def compare(
    case: Case, folder: Path, *, rounds: int, seconds: float, has_node: bool
) -> tuple[Result, Result | None]:
    """Return what ours and npm's came to, or nothing for the latter."""
    commands = [[sys.executable, "-m", "benchmarks.maker"]]
    if has_node and case.has_rival:
        commands.append(["node", str(NODE_FOLDER / "make.js")])
    makers: list[Maker] = []
    try:
        for command in commands:
            makers.append(Maker(command, case, folder))
        for maker in makers:
            maker.make(seconds)  # The first ones take longer.
        for _ in range(rounds):
            for maker in makers:
                maker.add_round(seconds)
        results = [maker.stop() for maker in makers]
    finally:
        for maker in makers:
            maker.kill()
    return results[0], results[1] if len(results) > 1 else None


def install_rivals() -> bool:
    """Install npm's libraries where they are missing; False where there is no npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    installed = NODE_FOLDER / "node_modules" / ".package-lock.json"
    lock = NODE_FOLDER / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run([*command, "--loglevel=error"], cwd=NODE_FOLDER, check=True)
    return True


def prepare(folder: Path) -> None:
    """Make the database that ours asks how much may be stored."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=environment_for(folder), check=True)


def environment_for(folder: Path) -> dict[str, str]:
    known = {name: os.environ[name] for name in PASSED_ON & os.environ.keys()}
    return {
        **known,
        "ENV_FILE": "",
        "STORAGE_PATH": str(folder),
        "DJANGO_SETTINGS_MODULE": "platform_project.settings",
    }


def fonts_of(case: Case) -> dict[str, str]:
    if not case.embedded_font:
        return {"regular": "Helvetica", "bold": "Helvetica-Bold"}
    return {
        "regular": font_file(case.embedded_font),
        "bold": font_file(f"{case.embedded_font}:bold"),
    }


def font_file(pattern: str) -> str:
    return output_of("fc-match", "--format=%{file}", pattern)


def pages_of(path: Path) -> int:
    lines = output_of("pdfinfo", str(path)).splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pages:"))


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
