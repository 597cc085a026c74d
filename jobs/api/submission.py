import re

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from jobs.api.serializers import JobQueuedSerializer, JobSerializer
from jobs.models import Job
from jobs.submission import digest_of, estimate_seconds, is_submitted, submit_job
from jobs.waiting import wait_until_ended

WAIT_PREFERENCE = re.compile(
    r"(?:^|[,;])\s*wait\s*=\s*(\"?)([0-9]{1,6})\1\s*(?:$|[,;])", re.I
)
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
HEADERS = [
    OpenApiParameter(
        "Prefer",
        location=OpenApiParameter.HEADER,
        description="`wait=N` to be answered when the job has ended, or after N "
        "seconds, 30 at most.",
    ),
    OpenApiParameter(
        "Idempotency-Key",
        location=OpenApiParameter.HEADER,
        description="1 to 255 visible characters. A second request with the same key "
        "and body makes no second job, and is answered with the first one.",
    ),
]


class SubmitJobView(GenericAPIView):
    """Queues a job of the view's `kind` with what its serializer validated.

    202 and `Location` where the job was queued. With `Prefer: wait=N` (RFC 7240, at
    most 30 s), 200 and the job where it ended in that time. With an
    `Idempotency-Key` that was seen before, the answer is about that job, and
    `Idempotency-Replayed: true` says so.
    """

    kind: str
    error_codes = {"post": [422, 503]}

    @extend_schema(parameters=HEADERS, responses={202: JobQueuedSerializer})
    def post(self, request):
        key = _idempotency_key(request)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        payload = form.validated_data
        if key is None or not is_submitted(request.user, key):
            self.check_room(request.user)
        options = payload.get("options", {})
        job = self.submit(
            owner=request.user,
            kind=self.kind,
            payload=payload,
            priority=options.pop("priority", 0),
            run_at=options.pop("run_at", None),
            delay=options.pop("delay_seconds", None),
            callback_url=payload.pop("callback_url", ""),
            idempotency_key=key,
            request_digest=digest_of(self.kind, request.data) if key else "",
        )
        return answer_for(request, job)

    def submit(self, **fields) -> Job:
        """Queue the job; for views that have more to keep than the payload."""
        return submit_job(**fields)

    def check_room(self, user):
        """Raise an ApplicationError where it is known that the job would fail.

        Not asked where the job was submitted before, and is only told of again.
        """


def answer_for(request, job: Job) -> Response:
    headers = {"Location": reverse("job-detail", args=[job.pk])}
    if getattr(job, "is_replayed", False):
        headers["Idempotency-Replayed"] = "true"
    seconds = _preferred_wait(request)
    if seconds:
        headers["Preference-Applied"] = f"wait={seconds}"
        job = wait_until_ended(job, seconds=seconds, waiter=request.user.pk)
    if job.is_ended:
        return Response(JobSerializer(job).data, headers=headers)
    job.message = f"The job is {job.status}. Follow it at {headers['Location']}."
    job.estimated_time = estimate_seconds(job)
    answer = JobQueuedSerializer(job).data
    return Response(answer, status=status.HTTP_202_ACCEPTED, headers=headers)


def _preferred_wait(request) -> int:
    match = WAIT_PREFERENCE.search(request.headers.get("Prefer", ""))
    return min(int(match[2]), settings.JOB_MAX_WAIT_SECONDS) if match else 0


def _idempotency_key(request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        message = "Must be 1 to 255 visible ASCII characters, without spaces."
        raise ValidationError({"Idempotency-Key": [message]})
    return key
