import secrets
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Self

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from common.exceptions import NotFound
from common.ids import new_id
from common.timestamps import timestamp
from jobs import handlers
from jobs.exceptions import JobLost, JobStateConflict, PayloadForgotten

LOWEST_PRIORITY, HIGHEST_PRIORITY = -10, 10
AGEING_MS = 60_000  # A job rises by one priority for each minute that it waits.
PROGRESS_INTERVAL_SECONDS = 0.2
NODE_LEASE = timedelta(seconds=30)
MAX_ERRORS = 50  # Of the errors of a job the newest are kept.


def rank_of(*, turn_ms: int, priority: int) -> int:
    """Return the place of a job in the queue; the lowest is the next.

    A priority is worth one minute of waiting, so the order of two jobs never
    changes while they wait, and none starves: it is an index, not a computation.
    """
    return turn_ms - priority * AGEING_MS


class WorkerNodeQuerySet(models.QuerySet):
    def alive(self) -> Self:
        return self.filter(heartbeat_at__gt=timezone.now() - NODE_LEASE)


class WorkerNode(models.Model):
    """One running `manage.py worker`: a tree of processes on one machine."""

    id = models.CharField(
        primary_key=True, max_length=40, default=partial(new_id, "node")
    )
    host = models.CharField(max_length=255)
    process = models.CharField(max_length=100)
    # The parent of the workers: they die with it, and it with the node's process.
    pool_process = models.CharField(max_length=100, blank=True, default="")
    workers = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)

    objects = WorkerNodeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.host} ({self.process})"

    def beat(self) -> None:
        """Say that the node lives; also after somebody took it for dead."""
        self.heartbeat_at = timezone.now()
        self.save()


class LaneQuerySet(models.QuerySet):
    def paused(self) -> Self:
        return self.filter(paused_at__isnull=False)


class Lane(models.Model):
    """A lane of the queue, as jobs/lanes.py has it, and whether it is paused."""

    name = models.CharField(primary_key=True, max_length=20)
    paused_at = models.DateTimeField(null=True, blank=True)

    objects = LaneQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class WebhookKey(models.Model):
    """Which of a user's webhook secrets is in use; the secrets are derived from it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    version = models.PositiveIntegerField(default=1)
    rotated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id}, version {self.version}"


class JobQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self if user.is_staff else self.filter(owner=user)

    def submitted(self) -> Self:
        """The jobs that clients asked for, without the deliveries of webhooks."""
        return self.exclude(lane=handlers.WEBHOOK_LANE)

    def deliveries(self) -> Self:
        return self.filter(lane=handlers.WEBHOOK_LANE)

    def status_of(self, pk: str) -> str | None:
        """Return the job's status, None if there is no such job.

        Written in SQL: whoever waits for a job asks many times a second.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT status FROM jobs_job WHERE id = %s", [pk])
            row = cursor.fetchone()
        return row[0] if row else None

    def ready(self) -> Self:
        """Jobs that wait for a worker now, the best first."""
        is_due = Q(status=Job.Status.WAITING) | Q(run_at__lte=timezone.now())
        waiting = self.unfinished().filter(is_due, status__in=Job.READY)
        return waiting.order_by("rank", "id")

    def unfinished(self) -> Self:
        # Not by status: SQLite does not see that it is what a partial index has.
        return self.filter(completed_at__isnull=True)

    def ended(self) -> Self:
        return self.filter(completed_at__isnull=False)

    def forgotten(self) -> Self:
        """Jobs whose payload was dropped, as it might have held secrets."""
        return self.filter(kind__in=handlers.forgetful_kinds(), payload={})

    def held(self) -> Self:
        """Jobs that a worker process is at, also when they were taken from it."""
        return self.filter(process__gt="")


class Job(models.Model):
    """Something to be done in the background; the table of them is the queue."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        DELAYED = "delayed"
        ACTIVE = "active"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    READY = [Status.WAITING, Status.DELAYED]
    UNFINISHED = [Status.WAITING, Status.DELAYED, Status.ACTIVE]
    ENDED = [Status.COMPLETED, Status.FAILED, Status.CANCELLED]

    id = models.CharField(
        primary_key=True, max_length=40, default=partial(new_id, "job"), editable=False
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    type = models.CharField(max_length=40)
    lane = models.CharField(max_length=20)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.WAITING
    )
    priority = models.SmallIntegerField(default=0)
    rank = models.BigIntegerField(default=0, editable=False)
    payload = models.JSONField()
    result = models.JSONField(null=True, blank=True)
    errors = models.JSONField(default=list, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    progress_message = models.CharField(max_length=200, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    crashes = models.PositiveSmallIntegerField(default=0)
    interruptions = models.PositiveSmallIntegerField(default=0)
    run_at = models.DateTimeField(default=timezone.now)
    # How far ahead `run_at` was when it was set; null where a client named a time.
    delay = models.DurationField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001
    request_digest = models.CharField(max_length=64, blank=True, default="")
    callback_url = models.CharField(max_length=2000, blank=True, default="")

    # Who works on it: every write of a worker names the token of its own claim.
    token = models.CharField(max_length=32, blank=True, default="")
    node_id = models.CharField(max_length=40, blank=True, default="")
    process = models.CharField(max_length=100, blank=True, default="")
    heartbeats = models.PositiveIntegerField(default=0)

    objects = JobQuerySet.as_manager()

    _progress_at = float("-inf")

    class Meta:
        indexes = [
            # These three are of unfinished jobs, which are few among many.
            models.Index(
                "rank", "id", name="job_ready", condition=Q(completed_at__isnull=True)
            ),
            models.Index(
                "lane",
                "owner",
                name="job_unfinished",
                condition=Q(completed_at__isnull=True),
            ),
            models.Index("node_id", name="job_held", condition=Q(process__gt="")),
            models.Index(
                "completed_at",
                name="job_ended",
                condition=Q(completed_at__isnull=False),
            ),
            # With the lane, counting needs no rows.
            models.Index("owner", "id", "lane", name="job_of_owner"),
            models.Index(
                "owner", "status", "id", "lane", name="job_of_owner_by_status"
            ),
            models.Index(
                "owner", "id", name="job_delivery", condition=Q(lane="webhooks")
            ),
            models.Index("kind", "status", "completed_at", name="job_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="job_progress_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["waiting", "delayed", "active"],
                    completed_at__isnull=True,
                )
                | Q(
                    status__in=["completed", "failed", "cancelled"],
                    completed_at__isnull=False,
                ),
                name="job_has_ended_at_a_time",
            ),
            models.UniqueConstraint(
                "owner",
                "idempotency_key",
                name="job_once_a_key",
                condition=Q(idempotency_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.kind}, {self.status})"

    @property
    def is_ended(self) -> bool:
        return self.status in self.ENDED

    # --- What a worker does with the job that it claimed ---

    def start(self, *, node_id: str, process: str) -> None:
        self._move(
            Job.objects.filter(status__in=self.READY),
            verb="started",
            status=self.Status.ACTIVE,
            token=secrets.token_hex(16),
            node_id=node_id,
            process=process,
            attempts=self.attempts + 1,
            started_at=timezone.now(),
            progress=0,
            progress_message="",
        )
        self._progress_at = monotonic()

    def report_progress(self, percent: int, message: str) -> None:
        """Tell the client how far the job is: 0 to 100, and what is done now.

        Writes at most once in 200 ms, and not in the first. Raises JobLost if the job
        is no longer ours.
        """
        now = monotonic()
        if now - self._progress_at < PROGRESS_INTERVAL_SECONDS:
            return
        self._progress_at = now
        self._write(progress=max(0, min(percent, 100)), progress_message=message[:200])

    def complete(self, result: dict, **totals: int) -> None:
        """End the job with its result and add to its owner's totals; raises JobLost."""
        is_forgetful = self.kind in handlers.forgetful_kinds()
        self._write(
            totals,
            status=self.Status.COMPLETED,
            result=result,
            progress=100,
            progress_message="",
            completed_at=timezone.now(),
            process="",
            **({"payload": {}} if is_forgetful else {}),
        )

    def fail(self, message: str) -> None:
        """End the job without a result, for a reason that its owner can read."""
        now = timezone.now()
        self._write(
            status=self.Status.FAILED,
            errors=self._errors_and(message, now),
            completed_at=now,
            process="",
        )

    def try_again_after(self, delay: timedelta, message: str) -> None:
        """Give the job back, to be done again no earlier than after the delay."""
        now = timezone.now()
        self._write(
            status=self.Status.DELAYED,
            errors=self._errors_and(message, now),
            run_at=now + delay,
            delay=delay,
            process="",
        )

    def give_back_after_crash(self, message: str) -> None:
        """Give back a job whose worker died; a crash is no attempt."""
        self._give_back(message, crashes=self.crashes + 1)

    def give_back_after_interruption(self, message: str) -> None:
        """Give back a job whose whole node stopped or died: the job is not at fault."""
        self._give_back(message, interruptions=self.interruptions + 1)

    def _give_back(self, message: str, **counts: int) -> None:
        self._write(
            status=self.Status.WAITING,
            errors=self._errors_and(message, timezone.now()),
            attempts=self.attempts - 1,
            process="",
            **counts,
        )

    def release(self) -> None:
        """Note that the worker, from which the job was taken, has let go of it."""
        Job.objects.filter(pk=self.pk, token=self.token).update(process="")

    # --- What people do with it ---

    def cancel(self, reason: str = "") -> None:
        """End a job that has not ended, or raise JobStateConflict.

        A worker that is at it finds that it has lost the job, and stops.
        """
        now = timezone.now()
        message = f"Cancelled: {reason}" if reason else "Cancelled."
        with transaction.atomic():
            # A worker may have added an error since the job was read.
            rows = Job.objects.select_for_update().filter(pk=self.pk)
            self.errors = rows.values_list("errors", flat=True).first() or []
            self._move(
                Job.objects.unfinished(),
                verb="cancelled",
                status=self.Status.CANCELLED,
                errors=self._errors_and(message, now),
                completed_at=now,
            )

    def retry(self, *, rank: int) -> None:
        """Queue a job again that failed or was cancelled, at that place."""
        retriable = Job.objects.filter(
            status__in=[self.Status.FAILED, self.Status.CANCELLED], process=""
        )
        try:
            self._move_to_retry(retriable, rank)
        except JobStateConflict:
            if retriable.forgotten().filter(pk=self.pk).exists():
                raise PayloadForgotten from None
            raise

    def _move_to_retry(self, retriable: JobQuerySet, rank: int) -> None:
        self._move(
            retriable.exclude(pk__in=retriable.forgotten()),
            verb="retried",
            status=self.Status.WAITING,
            attempts=0,
            crashes=0,
            interruptions=0,
            progress=0,
            progress_message="",
            rank=rank,
            run_at=timezone.now(),
            completed_at=None,
        )

    def change_priority(self, priority: int) -> None:
        """Move a job that waits to another place in the queue."""
        self._move(
            Job.objects.filter(status__in=self.READY),
            verb="moved in the queue",
            priority=priority,
            rank=self.rank + (self.priority - priority) * AGEING_MS,
        )

    def remove(self) -> None:
        """Delete a job that has ended; its files stay."""
        with transaction.atomic():
            ended = Job.objects.ended().filter(pk=self.pk, process="")
            # Locked, as files that refer to it are looked for before it is deleted.
            if ended.select_for_update().first() is None:
                self._refuse("deleted")
            ended.delete()
            kept = -1 if self.lane != handlers.WEBHOOK_LANE else 0
            User.objects.changed(self.owner_id, kept_jobs=kept)

    def _move(self, movable: JobQuerySet, *, verb: str, **fields) -> None:
        """Change the job if it is in one of the `movable` states."""
        if not self._change(movable, fields, {}):
            self._refuse(verb)

    def _refuse(self, verb: str) -> None:
        try:
            self.refresh_from_db(fields=["status", "process"])
        except Job.DoesNotExist:
            raise NotFound from None
        raise JobStateConflict(
            status=self.status, verb=verb, is_held=self.is_ended and self.process != ""
        )

    def _write(self, totals: dict[str, int] | None = None, /, **fields) -> None:
        """Change the job as the worker that holds the claim, or raise JobLost."""
        mine = Job.objects.filter(token=self.token, status=self.Status.ACTIVE)
        if not self._change(mine, fields, totals or {}):
            raise JobLost

    def _change(
        self, changeable: JobQuerySet, fields: dict, totals: dict[str, int]
    ) -> bool:
        """Write in one UPDATE, so that one of two competing writers wins."""
        with transaction.atomic(savepoint=False):
            if not changeable.filter(pk=self.pk).update(**fields):
                return False
            if self.callback_url and fields.get("status") in self.ENDED:
                self._queue_callback(fields["status"])
            User.objects.changed(self.owner_id, **totals)
        for name, value in fields.items():
            setattr(self, name, value)
        return True

    def _queue_callback(self, status: str) -> None:
        """Queue the webhook that tells of this job's end, in its transaction."""
        handler = handlers.get(handlers.WEBHOOK)
        Job.objects.create(
            owner_id=self.owner_id,
            kind=handler.kind,
            type=handler.type,
            lane=handler.lane,
            max_attempts=handler.max_attempts,
            rank=milliseconds(timezone.now()),
            payload={"jobId": self.pk, "url": self.callback_url, "status": status},
        )

    def _errors_and(self, message: str, now: datetime) -> list[dict]:
        error = {
            "message": message,
            "timestamp": timestamp(now),
            "attempt": self.attempts,
        }
        return [*self.errors, error][-MAX_ERRORS:]


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
