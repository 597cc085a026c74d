"""Tells a client's server that a job has ended: a signed POST to its `callbackUrl`.

As https://www.standardwebhooks.com has it. A delivery is a job like any other, in a
lane of its own: what the queue promises holds for it, and it is its own log.
"""

import json

from django.utils import timezone
from standardwebhooks import Webhook

from common.egress import webhook_reach
from common.egress_http import NoAnswer, post
from common.exceptions import ApplicationError
from common.timestamps import timestamp
from jobs.exceptions import TryAgain
from jobs.handlers import Outcome
from jobs.models import Job
from jobs.webhook_secrets import secrets_of

TIMEOUT_SECONDS = 10


class JobGone(ApplicationError):
    """The job was deleted before its end could be told."""


def deliver(delivery: Job) -> Outcome:
    """Post the end of a job to its callback; the job handler of deliveries.

    Any answer of 2xx will do. 410 ends it at once; any other may pass.
    """
    job = Job.objects.filter(pk=delivery.payload["jobId"]).first()
    if job is None:
        raise JobGone
    body = json.dumps(event_of(job, delivery), separators=(",", ":"))
    headers = signed_headers(delivery, body)
    try:
        answer = post(
            delivery.payload["url"],
            body=body.encode(),
            headers=headers,
            reach=webhook_reach(),
            timeout_seconds=TIMEOUT_SECONDS,
        )
    except NoAnswer as error:
        raise TryAgain(error.message) from error
    if 200 <= answer.status < 300:
        return Outcome(result={"status": answer.status})
    message = f"The address answered {answer.status}."
    if answer.status == 410:
        raise ApplicationError(message)
    raise TryAgain(message, after_seconds=answer.retry_after_seconds)


def signed_headers(delivery: Job, body: str) -> dict[str, str]:
    """Return the headers of one attempt; the id stays the same for all of them."""
    now = timezone.now()
    signatures = [
        Webhook(secret).sign(delivery.pk, now, body)
        for secret in secrets_of(delivery.owner)
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "hs-platform",
        "webhook-id": delivery.pk,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def event_of(job: Job, delivery: Job) -> dict:
    """Return what a webhook says: the job as it ended, and when that was."""
    status = delivery.payload["status"]
    return {
        "type": f"job.{status}",
        "timestamp": timestamp(delivery.created_at),
        "data": {
            "id": job.pk,
            "type": job.type,
            "kind": job.kind,
            "status": status,
            "attempts": job.attempts,
            "createdAt": timestamp(job.created_at),
            "completedAt": timestamp(delivery.created_at),
            # The job may have been retried, and have completed since.
            "result": job.result if status == Job.Status.COMPLETED else None,
            "errors": job.errors,
        },
    }
