from datetime import timedelta

from django.utils import timezone
from rest_framework import serializers
from rest_framework.fields import empty

from common.api.serializers import (
    CamelCaseModelSerializer,
    CamelCaseSerializer,
    TimestampField,
)
from common.egress import MAX_URL_LENGTH, AddressRefused, check_url, webhook_reach
from jobs.models import HIGHEST_PRIORITY, LOWEST_PRIORITY, Job
from jobs.submission import estimate_seconds, queue_position

HIGHEST_PRIORITY_OF_USERS = 5
LONGEST_DELAY = timedelta(days=30)
MAX_REASON_LENGTH = 200


class JobErrorSerializer(CamelCaseSerializer):
    message = serializers.CharField()
    timestamp = serializers.DateTimeField()
    attempt = serializers.IntegerField()


class JobListItemSerializer(CamelCaseModelSerializer):
    class Meta:
        model = Job
        fields = [
            "id",
            "type",
            "kind",
            "status",
            "progress",
            "created_at",
            "completed_at",
        ]


class JobSerializer(CamelCaseModelSerializer):
    errors = JobErrorSerializer(many=True)
    result = serializers.JSONField(
        help_text="What the job made, an object; null until it has completed."
    )
    queue_position = serializers.SerializerMethodField(
        "get_queue_position",
        help_text="1 for the next of its lane; null for a job that does not wait.",
    )
    estimated_time = serializers.SerializerMethodField(
        "get_estimated_time",
        help_text="Seconds until the job has probably ended; null once it has.",
    )

    class Meta:
        model = Job
        fields = [
            "id",
            "type",
            "kind",
            "lane",
            "status",
            "progress",
            "progress_message",
            "priority",
            "queue_position",
            "estimated_time",
            "attempts",
            "max_attempts",
            "created_at",
            "run_at",
            "started_at",
            "completed_at",
            "callback_url",
            "result",
            "errors",
        ]

    def get_queue_position(self, job) -> int | None:
        return queue_position(job)

    def get_estimated_time(self, job) -> float | None:
        return estimate_seconds(job)


class JobQueuedSerializer(CamelCaseSerializer):
    job_id = serializers.CharField(source="pk")
    status = serializers.ChoiceField(choices=Job.Status.choices)
    message = serializers.CharField()
    estimated_time = serializers.FloatField(
        help_text="Seconds until the job has probably ended."
    )


class WaitSerializer(serializers.Serializer):
    """The query of a job's status."""

    wait = serializers.FloatField(
        default=0,
        min_value=0,
        max_value=30,
        help_text="Seconds to wait for the job to end before the answer.",
    )


class PriorityField(serializers.IntegerField):
    """From -10 to 10, the higher the sooner; above 5 is for operators."""

    def __init__(self, **kwargs):
        limits = {"min_value": LOWEST_PRIORITY, "max_value": HIGHEST_PRIORITY}
        super().__init__(**limits, **kwargs)

    def to_internal_value(self, data):
        priority = super().to_internal_value(data)
        user = self.context["request"].user
        if priority > HIGHEST_PRIORITY_OF_USERS and not user.is_staff:
            raise serializers.ValidationError(
                f"Above {HIGHEST_PRIORITY_OF_USERS} is for operators."
            )
        return priority


class SecondsField(serializers.FloatField):
    """A number of seconds outside, a timedelta inside."""

    def run_validation(self, data=empty):
        # Only a number within bounds is sure to fit into a timedelta.
        return timedelta(seconds=super().run_validation(data))


class JobOptionsSerializer(CamelCaseSerializer):
    """What every request that makes a job may say about it in `options`."""

    priority = PriorityField(default=0)
    run_at = TimestampField(
        required=False, help_text="Begin no earlier; at most 30 days ahead."
    )
    delay_seconds = SecondsField(
        required=False,
        min_value=0,
        max_value=LONGEST_DELAY.total_seconds(),
        help_text="Begin no earlier than in so many seconds.",
    )

    def validate_runAt(self, run_at):  # noqa: N802  DRF's name for it.
        now = timezone.now()
        if run_at > now + LONGEST_DELAY:
            message = f"Must be at most {LONGEST_DELAY.days} days ahead."
            raise serializers.ValidationError(message)
        # The queue is sorted by it: a time long ago would overtake all who wait.
        return max(run_at, now)

    def validate(self, attrs):
        if "run_at" in attrs and "delay_seconds" in attrs:
            message = "Send either runAt or delaySeconds."
            raise serializers.ValidationError({"delaySeconds": [message]})
        return attrs


class JobRequestSerializer(CamelCaseSerializer):
    """The fields of every request that makes a job; each kind adds its own."""

    callback_url = serializers.CharField(
        required=False,
        max_length=MAX_URL_LENGTH,
        help_text="Where a signed webhook is posted once the job has ended.",
    )
    options = JobOptionsSerializer(required=False)

    def validate_callbackUrl(self, url):  # noqa: N802  DRF's name for it.
        try:
            check_url(url, webhook_reach())
        except AddressRefused as error:
            raise serializers.ValidationError(error.message) from None
        return url


class CancelSerializer(CamelCaseSerializer):
    reason = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=MAX_REASON_LENGTH,
        help_text="Kept in the job's errors.",
    )


class JobChangeSerializer(CamelCaseSerializer):
    priority = PriorityField()


class LaneSerializer(CamelCaseSerializer):
    name = serializers.CharField()
    limit = serializers.IntegerField(
        help_text="How many of its jobs a worker node runs at once."
    )
    paused_at = TimestampField(allow_null=True)
    ready = serializers.IntegerField()
    active = serializers.IntegerField()


class LanesSerializer(serializers.Serializer):
    lanes = LaneSerializer(many=True)


class CountsSerializer(serializers.Serializer):
    """Jobs by status."""

    def get_fields(self):
        return {status: serializers.IntegerField() for status in Job.Status.values}


class ThroughputSerializer(CamelCaseSerializer):
    last_minute = serializers.IntegerField()
    last_hour = serializers.IntegerField()


class PercentilesSerializer(serializers.Serializer):
    p50 = serializers.FloatField()
    p95 = serializers.FloatField()
    p99 = serializers.FloatField()


class KindStatisticsSerializer(CamelCaseSerializer):
    kind = serializers.CharField()
    jobs = serializers.IntegerField(help_text="How many the percentiles are of.")
    wait_seconds = PercentilesSerializer()
    run_seconds = PercentilesSerializer()


class WorkersSerializer(CamelCaseSerializer):
    alive = serializers.IntegerField()
    busy = serializers.IntegerField()


class JobStatisticsSerializer(CamelCaseSerializer):
    counts = CountsSerializer()
    throughput = ThroughputSerializer()
    kinds = KindStatisticsSerializer(many=True)
    workers = WorkersSerializer()
    timestamp = TimestampField()


class WebhookSecretSerializer(CamelCaseSerializer):
    secrets = serializers.ListField(
        child=serializers.CharField(),
        help_text="The newest first; one that was rotated signs for another day.",
    )


class DeliverySerializer(CamelCaseModelSerializer):
    """A webhook: the job that delivers it is its log."""

    job_id = serializers.CharField(source="payload.jobId")
    url = serializers.CharField(source="payload.url")
    event = serializers.SerializerMethodField()
    answer = serializers.JSONField(
        source="result",
        help_text="`status` of the answer that was accepted; null until then.",
    )
    errors = JobErrorSerializer(many=True)

    class Meta:
        model = Job
        fields = [
            "id",
            "job_id",
            "event",
            "url",
            "status",
            "attempts",
            "max_attempts",
            "created_at",
            "run_at",
            "completed_at",
            "answer",
            "errors",
        ]

    def get_event(self, delivery) -> str:
        return f"job.{delivery.payload['status']}"
