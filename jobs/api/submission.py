import re

from django.conf import settings
from django.urls import reverse
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from jobs.api.serializers import JobQueuedSerializer, JobSerializer
from jobs.models import Job
from jobs.submission import estimate_seconds, submit_job
from jobs.waiting import wait_until_ended

WAIT_PREFERENCE = re.compile(
    r"(?:^|[,;])\s*wait\s*=\s*(\"?)([0-9]{1,6})\1\s*(?:$|[,;])", re.I
)


class SubmitJobView(GenericAPIView):
    """Queues a job of the view's `kind` with what its serializer validated.

    202 and `Location` where the job was queued. With `Prefer: wait=N` (RFC 7240, at
    most 30 s), 200 and the job where it ended in that time.
    """

    kind: str

    def post(self, request):
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        payload = form.validated_data
        options = payload.get("options", {})
        job = submit_job(
            owner=request.user,
            kind=self.kind,
            payload=payload,
            priority=options.pop("priority", 0),
        )
        return answer_for(request, job)


def answer_for(request, job: Job) -> Response:
    headers = {"Location": reverse("job-detail", args=[job.pk])}
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
