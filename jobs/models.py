import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from common.ids import new_id
from common.timestamps import timestamp
from jobs.exceptions import JobLost, JobStateConflict

PROGRESS_INTERVAL = timedelta(milliseconds=200)
NODE_LEASE = timedelta(seconds=30)


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


class JobQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        return self if user.is_staff else self.filter(owner=user)

    def status_of(self, pk: str) -> str | None:
        """Return the job's status, None if there is no such job.

        Written in SQL: whoever waits for a job asks many times a second.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT status FROM jobs_job WHERE id = %s", [pk])
            row = cursor.fetchone()
        return row[0] if row else None

    def ready(self) -> Self:
        """Jobs that a worker may take now, the best first."""
        waiting = self.filter(status__in=Job.READY, run_at__lte=timezone.now())
        return waiting.order_by("-priority", "id")

    def claim(self, *, node_id: str, process: str) -> "Job | None":
        """Take the best ready job for a worker process, or return None.

        The row is locked while it is chosen: by SQLite's IMMEDIATE transaction, or
        by PostgreSQL's FOR UPDATE SKIP LOCKED, which lets workers pass each other.
        """
        if not self.ready().exists():
            return None
        with transaction.atomic():
            best = self.ready().select_for_update(skip_locked=True).first()
            if best is None:
                return None
            best.start(node_id=node_id, process=process)
        return best


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
    ENDED = [Status.COMPLETED, Status.FAILED, Status.CANCELLED]

    id = models.CharField(
        primary_key=True, max_length=40, default=partial(new_id, "job"), editable=False
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    type = models.CharField(max_length=40)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.WAITING
    )
    priority = models.SmallIntegerField(default=0)
    payload = models.JSONField()
    result = models.JSONField(null=True, blank=True)
    errors = models.JSONField(default=list, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    progress_message = models.CharField(max_length=200, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    crashes = models.PositiveSmallIntegerField(default=0)
    run_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    # Who works on it: every write of a worker names the token of its own claim.
    token = models.CharField(max_length=32, blank=True, default="")
    node_id = models.CharField(max_length=40, blank=True, default="")
    process = models.CharField(max_length=100, blank=True, default="")

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                F("priority").desc(),
                "id",
                name="job_ready",
                condition=Q(status__in=["waiting", "delayed"]),
            ),
            models.Index("id", name="job_active", condition=Q(status="active")),
            models.Index("owner", "id", name="job_of_owner"),
            models.Index("owner", "status", "id", name="job_of_owner_by_status"),
            models.Index("kind", "status", "completed_at", name="job_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="job_progress_is_a_percentage"
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

    def report_progress(self, percent: int, message: str) -> None:
        """Tell the client how far the job is: 0 to 100, and what is done now.

        Writes at most once in 200 ms. Raises JobLost if the job is no longer ours.
        """
        now = timezone.now()
        if now - getattr(self, "_progress_at", self.started_at) < PROGRESS_INTERVAL:
            return
        self._progress_at = now
        self._write(progress=max(0, min(percent, 100)), progress_message=message[:200])

    def complete(self, result: dict, **totals: int) -> None:
        """End the job with its result and add to its owner's totals; raises JobLost."""
        self._write(
            totals,
            status=self.Status.COMPLETED,
            result=result,
            progress=100,
            progress_message="",
            completed_at=timezone.now(),
        )

    def fail(self, message: str) -> None:
        """End the job without a result, for a reason that its owner can read."""
        self._write(
            status=self.Status.FAILED,
            errors=[*self.errors, self._error(message)],
            completed_at=timezone.now(),
        )

    def try_again_at(self, run_at: datetime, message: str) -> None:
        """Give the job back, to be done no earlier than `run_at`."""
        self._write(
            status=self.Status.DELAYED,
            errors=[*self.errors, self._error(message)],
            run_at=run_at,
            token="",
        )

    def give_back_after_crash(self, message: str) -> None:
        """Give back a job whose worker died; a crash is no attempt."""
        self._write(
            status=self.Status.WAITING,
            errors=[*self.errors, self._error(message)],
            attempts=self.attempts - 1,
            crashes=self.crashes + 1,
            token="",
        )

    # --- What people do with it ---

    def cancel(self) -> None:
        """End a job that waits; raises JobStateConflict if it does not."""
        self._move(
            Job.objects.filter(status__in=self.READY),
            verb="cancelled",
            status=self.Status.CANCELLED,
            completed_at=timezone.now(),
        )

    def retry(self) -> None:
        """Queue a job again that failed or was cancelled, with fresh attempts."""
        self._move(
            Job.objects.filter(status__in=[self.Status.FAILED, self.Status.CANCELLED]),
            verb="retried",
            status=self.Status.WAITING,
            attempts=0,
            crashes=0,
            progress=0,
            run_at=timezone.now(),
            completed_at=None,
        )

    def _move(self, movable: JobQuerySet, *, verb: str, **fields) -> None:
        """Change the job if it is in one of the `movable` states."""
        if not self._change(movable, fields, {}):
            self.refresh_from_db(fields=["status"])
            raise JobStateConflict(status=self.status, verb=verb)

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
            User.objects.changed(self.owner_id, **totals)
        for name, value in fields.items():
            setattr(self, name, value)
        return True

    def _error(self, message: str) -> dict:
        return {
            "message": message,
            "timestamp": timestamp(timezone.now()),
            "attempt": self.attempts,
        }
