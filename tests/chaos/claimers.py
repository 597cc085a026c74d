# ruff: noqa: T201
"""Processes that do nothing but claim jobs; measures.py starts them.

python -m tests.chaos.claimers fill 10000
python -m tests.chaos.claimers claim 3
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from time import perf_counter

import django

from tests.running_platform import ROOT


def main() -> None:
    django.setup()
    action, number = sys.argv[1], int(sys.argv[2])
    {"fill": fill, "claim": claim, "time": time_claims}[action](number)


def fill(jobs: int) -> None:
    """Make a user with so many waiting jobs."""
    from accounts.models import User
    from jobs.models import Job

    owner = User.objects.create(email="claims@example.com")
    waiting = [
        Job(owner=owner, kind="noop", type="chaos", lane="chaos", payload={}, rank=rank)
        for rank in range(jobs)
    ]
    Job.objects.bulk_create(waiting, batch_size=1000)


def claim(number: int) -> None:
    """Claim and complete jobs until none is left; print what was claimed."""
    from jobs.claiming import claim_job
    from jobs.processes import current_process

    process = current_process()
    print("ready", flush=True)
    sys.stdin.readline()
    claimed = []
    while job := claim_job(node_id=f"node_{number % 2}", process=process):
        claimed.append(job.pk)
        job.complete({})
    print("\n".join(claimed))


def time_claims(number: int) -> None:
    """Print the lower quartile of the ms that a claim and its completion take."""
    from jobs.claiming import claim_job
    from jobs.processes import current_process

    milliseconds = []
    for _ in range(number):
        began = perf_counter()
        claim_job(node_id="node_0", process=current_process()).complete({})
        milliseconds.append((perf_counter() - began) * 1000)
    print(quantiles(milliseconds, n=4)[0])


def start_together(command: list[str], number: int, environment: dict) -> list[str]:
    """Start so many claimers, let them go at once, and return all that they print."""
    claimers = [
        subprocess.Popen(
            [*command, str(n)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(number)
    ]
    for claimer in claimers:
        assert claimer.stdout.readline() == "ready\n"
    with ThreadPoolExecutor(number) as readers:
        outputs = readers.map(lambda claimer: claimer.communicate("\n")[0], claimers)
        lines = [line for output in outputs for line in output.splitlines()]
    assert not any(claimer.returncode for claimer in claimers)
    return lines


if __name__ == "__main__":
    main()
