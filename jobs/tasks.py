"""What a worker process runs for one ticket of the broker."""

from time import monotonic

from jobs.execution import execute
from jobs.models import Job
from jobs.processes import current_process

TICKET_SECONDS = 5.0


def work(node_id: str) -> None:
    """Do ready jobs, one after another, until none is left or the ticket is old."""
    ends_at = monotonic() + TICKET_SECONDS
    while work_one(node_id) and monotonic() < ends_at:
        pass


def work_one(node_id: str) -> bool:
    """Do the best ready job; return whether there was one."""
    job = Job.objects.claim(node_id=node_id, process=current_process())
    if job is None:
        return False
    execute(job)
    return True
