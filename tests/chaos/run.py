# ruff: noqa: T201
"""Breaks running platforms on purpose and counts what is left: `make chaos`.

    python -m tests.chaos.run --list
    python -m tests.chaos.run --faults "busy worker,web" --times 20 --jobs 500
    python -m tests.chaos.run --mix --kills 1000 --jobs 5000 --database postgresql
    python -m tests.chaos.run --measures claims,cancel,keys,retries,copies,priority

Ends with status 1 if anything was lost, done twice or left behind.
"""

import argparse
import sys
import time
from pathlib import Path

from tests.chaos import faults, measures
from tests.chaos.captures import CAPTURE_FAULTS
from tests.chaos.faults import HEADERS, Outcome, run_fault
from tests.chaos.mix import run_mix
from tests.chaos.platform import Missing, stop_cleanly

FAULTS = [*faults.FAULTS, *CAPTURE_FAULTS]
WIDTHS = [30, 8, 6, 10, 7, 9, 5, 8, 6, 10, 7, 7, 7]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faults", default="", help="parts of names, by commas")
    parser.add_argument("--times", type=int, help="strikes of each fault (20)")
    parser.add_argument("--jobs", type=int, help="jobs of each fault (500)")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--mix", action="store_true", help="all kinds of kill at once")
    parser.add_argument("--kills", type=int, default=1000, help="of the mix")
    parser.add_argument("--seconds", type=float, help="the mix ends after so long")
    parser.add_argument("--measures", help="names by commas, or all")
    parser.add_argument("--list", action="store_true", help="name the faults")
    parser.add_argument("--logs", type=Path, help="keep the platforms' logs there")
    options = parser.parse_args()
    stop_cleanly()
    if options.list:
        print("\n".join(fault.name for fault in FAULTS))
        return
    clean = True
    for database in options.database.split(","):
        print(f"\n{database}", flush=True)
        if options.measures:
            clean &= measures.run(options.measures, database, options.jobs)
        elif options.mix:
            clean &= try_mix(options, database)
        else:
            clean &= try_faults(options, database)
    sys.exit(not clean)


def try_faults(options: argparse.Namespace, database: str) -> bool:
    print_row(HEADERS)
    clean = True
    parts = options.faults.split(",")
    for fault in FAULTS:
        if not any(part in fault.name for part in parts):
            continue
        if fault.database not in ("", database):
            continue
        times = options.times or min(20, fault.at_most)
        began = time.monotonic()
        try:
            outcome = run_fault(
                fault,
                database=database,
                times=times,
                jobs=options.jobs or 500,
                keep_log=log_of(options, f"{database}-{fault.name}"),
            )
        except Missing as error:
            print(f"{fault.name}: not tried, {error}", flush=True)
            continue
        except AssertionError as error:
            print(f"{fault.name}: BROKEN: {str(error)[-600:]}", flush=True)
            clean = False
            continue
        clean &= show(outcome, time.monotonic() - began)
    return clean


def try_mix(options: argparse.Namespace, database: str) -> bool:
    outcomes = run_mix(
        database=database,
        kills=options.kills,
        jobs=options.jobs or 5 * options.kills,
        seconds=options.seconds,
        keep_log=log_of(options, f"{database}-mix"),
    )
    print_row(HEADERS)
    for outcome in outcomes:
        show(outcome, 0)
    return outcomes[-1].count.is_clean


def log_of(options: argparse.Namespace, name: str) -> Path | None:
    if options.logs is None:
        return None
    options.logs.mkdir(parents=True, exist_ok=True)
    return options.logs / f"{name.replace(' ', '-').replace(':', '')}.log"


def show(outcome: Outcome, seconds: float) -> bool:
    print_row(outcome.row())
    for problem in outcome.count.problems[:10]:
        print(f"    {problem[:300]}")
    if seconds:
        print(f"    settled in {outcome.settled_seconds:.1f} s, took {seconds:.0f} s")
    sys.stdout.flush()
    return outcome.count.is_clean


def print_row(cells: list[str]) -> None:
    first, *others = zip(cells, WIDTHS, strict=True)
    line = f"{first[0]:{first[1]}}"
    print(line + "".join(f"{cell:>{width}}" for cell, width in others), flush=True)


if __name__ == "__main__":
    main()
