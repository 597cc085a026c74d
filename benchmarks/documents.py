"""Measures how fast documents are made, and in how much memory.

`make benchmark-documents` has the same documents made by ours, as a worker does but
without queue and storage, and by npm's pdfkit, docx and csv-writer; then by clients of
a platform of its own. What is to be beaten was measured on the system that this one
replaces, an Express server that used those libraries, on a machine of two cores.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.clients import Run, make_files, new_users
from benchmarks.makers import Case, Result, compare, install_rivals, prepare
from benchmarks.samples import (
    document_of,
    hundred_page_report,
    table_of,
    ten_thousand_rows,
    thousand_by_ten,
    two_page_report,
)
from benchmarks.tables import FiguresToBeat, Table, ratio
from tests.running_platform import running_platform

EMBEDDED_FONT = "Liberation Sans"
SPEED = {
    "ours: a second": 16,
    "ms": 9,
    "rounds": 19,
    "npm's: a second": 17,
    "ms ": 9,
    "rounds ": 19,
    "ratio": 8,
    "to beat": 9,
    "ratio ": 8,
}
COSTS = {
    "ours: CPU ms": 14,
    "peak MB": 10,
    "taken": 8,
    "KB": 8,
    "pages": 7,
    "npm's: CPU ms": 16,
    "peak MB ": 10,
    "taken ": 8,
    "KB ": 8,
    "pages ": 7,
    "ratio: CPU": 12,
    "taken  ": 8,
}
# Jobs a second and p50 with ten clients.
TO_BEAT = {"pdf": (51, 195), "docx": (51, 192), "csv": (80, 118)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="the median counts")
    parser.add_argument("--seconds", type=float, default=2, help="of each round alone")
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--files", type=int, default=200, help="of each round by API")
    parser.add_argument("--quick", action="store_true", help="only see that it works")
    parser.add_argument("--only", choices=["alone", "api"])
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.files = 2, 0.2, 20
    if options.only != "api":
        measure_alone(options)
    if options.only != "alone":
        measure_through_api(options)


# --- Alone ---


def cases() -> list[Case]:
    two, hundred = two_page_report(), hundred_page_report()
    rows = ten_thousand_rows()
    embedded = {"format": "pdf", "embedded_font": EMBEDDED_FONT}
    report = table_of(thousand_by_ten())
    return [
        Case(name="2 pages, PDF", format="pdf", request=two, to_beat=9.9),
        Case(name="2 pages, PDF, npm's font embedded", request=two, **embedded),
        Case(name="2 pages, DOCX", format="docx", request=two, to_beat=10.1),
        Case(name="100 pages, PDF", format="pdf", request=hundred),
        Case(name="100 pages, PDF, npm's embedded", request=hundred, **embedded),
        Case(name="100 pages, DOCX", format="docx", request=hundred),
        Case(name="10,000 x 4, PDF", format="pdf", request=document_of(rows)),
        Case(name="10,000 x 4, DOCX", format="docx", request=document_of(rows)),
        Case(name="10,000 x 4, CSV", format="csv", request=table_of(rows)),
        Case(
            name="10,000 x 4, XLSX",
            format="xlsx",
            request=table_of(rows),
            has_rival=False,
        ),
        Case(name="1,000 x 10, CSV", format="csv", request=report),
    ]


def measure_alone(options: argparse.Namespace) -> None:
    """Print how fast each document is made, and then what that takes."""
    has_node = install_rivals()
    if not has_node:
        print("There is no node with npm here: nothing to compare with.\n")
    table = Table("alone", SPEED)
    results = {}
    with tempfile.TemporaryDirectory(prefix="hs-benchmark-") as name:
        folder = Path(name)
        prepare(folder)
        for case in cases():
            if case.embedded_font and not has_node:
                continue
            ours, rival = compare(
                case,
                folder,
                rounds=options.rounds,
                seconds=options.seconds,
                has_node=has_node,
            )
            results[case.name] = ours, rival
            cells = speed_cells(ours, rival, case.to_beat)
            table.print_row(case.name, *cells)
    print()
    table = Table("alone: what it takes", COSTS)
    for name, (ours, rival) in results.items():
        table.print_row(name, *cost_cells(ours, rival))


def speed_cells(ours: Result, rival: Result | None, to_beat: float | None) -> list[str]:
    cells = [*speed_of(ours), *(speed_of(rival) if rival else [""] * 3), "", "", ""]
    if rival:
        cells[6] = ratio(ours.milliseconds, rival.milliseconds, lower=True)
    if to_beat:
        cells[7:] = str(to_beat), ratio(ours.milliseconds, to_beat, lower=True)
    return cells


def speed_of(result: Result) -> list[str]:
    return [
        f"{result.per_second:,.1f}",
        f"{result.milliseconds:,.1f}",
        f"{result.fastest:,.1f}-{result.slowest:,.1f}",
    ]


def cost_cells(ours: Result, rival: Result | None) -> list[str]:
    if rival is None:
        return [*costs_of(ours), *[""] * 7]
    # Less than that is not told apart from nothing.
    taken = ratio(max(ours.taken_mb, 1), rival.taken_mb, lower=True)
    cpu = ratio(ours.cpu_milliseconds, rival.cpu_milliseconds, lower=True)
    return [*costs_of(ours), *costs_of(rival), cpu, taken]


def costs_of(result: Result) -> list[str]:
    return [
        f"{result.cpu_milliseconds:,.1f}",
        f"{result.peak_mb:,.1f}",
        f"{result.taken_mb:,.1f}",
        f"{result.size / 1000:,.1f}",
        f"{result.pages or ''}",
    ]


# --- Through the API ---


def measure_through_api(options: argparse.Namespace) -> None:
    requests = {
        "pdf": two_page_report(),
        "docx": two_page_report(),
        "csv": table_of(thousand_by_ten()),
    }
    runs: dict[str, list[Run]] = {kind: [] for kind in requests}
    with running_platform(RATE_LIMITS_ENABLED="false") as platform:
        tokens = new_users(platform, options.clients)
        print()
        table = FiguresToBeat()
        table.add("memory at start", platform.memory_mb(), "MB", 320, lower=True)
        # The first round is not counted: everything is loaded in it.
        for number in range(options.rounds + 1):
            for kind, request in requests.items():
                run = make_files(
                    platform,
                    tokens,
                    kind=kind,
                    request=request,
                    files=options.files if number else options.clients * 2,
                )
                runs[kind].extend([run] if number else [])
        for kind in requests:
            name = f"{kind.upper()}, {options.clients} clients"
            add_runs(table, name, runs[kind], *TO_BEAT[kind])
        table.add("memory at the end", platform.memory_mb(), "MB", 320, lower=True)


def add_runs(
    table: FiguresToBeat,
    name: str,
    runs: list[Run],
    jobs_to_beat: float,
    p50_to_beat: float,
) -> None:
    rates = [run.per_second for run in runs]
    spread = f"{min(rates):.0f}-{max(rates):.0f}"
    table.add(f"{name} ({spread})", median(rates), "jobs/s", jobs_to_beat)
    p50 = median(run.p50 for run in runs)
    table.add(f"{name}: p50", p50, "ms", p50_to_beat, lower=True)
    table.add(f"{name}: p95", median(run.p95 for run in runs), "ms")
    for part in runs[0].cpu:
        taken = median(run.cpu[part] for run in runs)
        table.add(f"  CPU of a job: {part}", taken, "ms")


if __name__ == "__main__":
    main()
