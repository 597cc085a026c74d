"""What the job engine promises, as a small model in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

WORKERS = 4
LANES = {"documents": 2, "ai": 1}
KINDS = {
    "document": {"lane": "documents", "timeout_seconds": 40},
    "chat": {"lane": "ai", "timeout_seconds": 40, "is_repeatable": False},
}
READY = ("waiting", "delayed")
ENDED = ("completed", "failed", "cancelled")
MAX_ATTEMPTS, MAX_CRASHES, MAX_INTERRUPTIONS = 3, 3, 20


@dataclass(kw_only=True, eq=False)
class ModelNode:
    pk: str
    is_here: bool
    heard_at: datetime
    is_alive: bool = True


@dataclass(kw_only=True, eq=False)
class ModelClaim:
    """One worker's claim on a job; `row` is the Job that the worker has in hand."""

    row: object
    node: ModelNode
    process: str


@dataclass(kw_only=True, eq=False)
class ModelJob:
    pk: str
    owner: str
    kind: str
    turn: int
    priority: int
    status: str
    run_at: datetime
    delay: timedelta | None
    attempts: int = 0
    crashes: int = 0
    interruptions: int = 0
    errors: int = 0
    results: int = 0
    heartbeats: int = 0
    completed_at: datetime | None = None
    claim: ModelClaim | None = None
    is_held: bool = False

    @property
    def lane(self):
        return KINDS[self.kind]["lane"]

    @property
    def is_repeatable(self):
        return KINDS[self.kind].get("is_repeatable", True)

    @property
    def rank(self):
        return self.turn - self.priority * 60_000

    @property
    def is_ended(self):
        return self.status in ENDED

    def row(self):
        """The fields that the table must have; the machine reads the same ones."""
        return {
            "id": self.pk,
            "status": self.status,
            "priority": self.priority,
            "rank": self.rank,
            "attempts": self.attempts,
            "crashes": self.crashes,
            "interruptions": self.interruptions,
            "heartbeats": self.heartbeats,
            "run_at": self.run_at,
            "completed_at": self.completed_at,
            "token": self.claim.row.token if self.claim else "",
            "node_id": self.claim.node.pk if self.claim else "",
            "process": self.claim.process if self.is_held else "",
        }


@dataclass(kw_only=True)
class Model:
    """All jobs, and what is to become of them."""

    jobs: list[ModelJob] = field(default_factory=list)
    claims: list[ModelClaim] = field(default_factory=list)
    paused: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    nodes: list[ModelNode] = field(default_factory=list)
    # Since when a claim has been seen as it is, its beats, and since when those.
    seen: dict = field(default_factory=dict)

    # --- The order of the queue ---

    def turn(self, owner, lane, start):
        start_ms = int(start.timestamp() * 1000)
        waiting = [
            job.turn
            for job in self.jobs
            if (job.owner, job.lane) == (owner, lane)
            and job.status in READY
            and job.run_at <= start
        ]
        if not waiting:
            return start_ms
        return min(max(start_ms, max(waiting) + 500), start_ms + 50_000)

    def best(self, node, now):
        """Return the job that a worker of the node must claim, or None."""
        held = [job for job in self.jobs if job.is_held and job.claim.node is node]
        lanes = [job.lane for job in held]
        ready = [
            job
            for job in self.jobs
            if job.status == "waiting"
            or (job.status == "delayed" and job.run_at <= now)
            if job.lane not in self.paused and lanes.count(job.lane) < LANES[job.lane]
        ]
        ready.sort(key=lambda job: (job.rank, job.pk))
        modest = [job for job in ready if not self.is_greedy(job, held)]
        return next(iter(modest or ready), None)

    def is_greedy(self, job, held):
        same = [(other.lane, other.owner) for other in held]
        own = same.count((job.lane, job.owner))
        owners = {
            other.owner
            for other in self.jobs
            if other.lane == job.lane and not other.is_ended
        }
        return own > 0 and own >= ceil(LANES[job.lane] / len(owners))

    # --- What workers do ---

    def claim(self, job, row, process, node):
        job.claim = ModelClaim(row=row, node=node, process=process)
        job.is_held, job.status = True, "active"
        job.attempts += 1
        self.claims.append(job.claim)

    def job_of(self, claim):
        """Return the job if the claim on it still holds."""
        jobs = (job for job in self.jobs if job.claim is claim)
        return next((job for job in jobs if job.status == "active"), None)

    def end(self, job, status, now):
        job.status, job.completed_at = status, now
        job.is_held = job.is_held and status == "cancelled"
        job.results += status == "completed"
        job.errors += status != "completed"

    def give_back(self, job, status="waiting"):
        job.status, job.is_held = status, False
        job.errors += 1

    # --- What a node does that looks after them ---

    def look(self, monotonic, now):
        held = [job for job in self.jobs if job.is_held]
        seen = {}
        for job in held:
            key = (job.claim, job.status)
            since, beats, moved = self.seen.get(
                key, (monotonic, job.heartbeats, monotonic)
            )
            if beats != job.heartbeats:
                beats, moved = job.heartbeats, monotonic
            seen[key] = since, beats, moved
            self.judge(job, monotonic - since, monotonic - moved, now)
        self.seen = seen
        self.nodes = [node for node in self.nodes if node.is_alive or not node.is_here]

    def judge(self, job, seconds, silence, now):
        node = job.claim.node
        is_known = node in self.nodes
        is_here = is_known and node.is_here
        is_gone = not is_known or (is_here and job.claim.process in self.dead)
        if job.is_ended:
            job.is_held = not (is_gone or seconds > (4 if is_here else 30))
        elif is_gone and not (is_known and node.is_alive):
            self.interrupt(job, now)
        elif is_gone:
            self.crash(job, now)
        elif is_here and seconds > KINDS[job.kind]["timeout_seconds"] + 4:
            self.end(job, "failed", now)
        elif silence > 30 and (is_here or node.heard_at > now - timedelta(seconds=15)):
            self.crash(job, now)
        elif silence > 30:
            self.interrupt(job, now)

    def crash(self, job, now):
        if job.is_repeatable and job.crashes + 1 < MAX_CRASHES:
            job.crashes += 1
            job.attempts -= 1
            self.give_back(job)
        else:
            self.end(job, "failed", now)

    def interrupt(self, job, now):
        if job.is_repeatable and job.interruptions + 1 < MAX_INTERRUPTIONS:
            job.interruptions += 1
            job.attempts -= 1
            self.give_back(job)
        else:
            self.end(job, "failed", now)
