from rest_framework import serializers

from common.api.serializers import (
    CamelCaseModelSerializer,
    CamelCaseSerializer,
)
from jobs.models import Job

LOWEST_PRIORITY, HIGHEST_PRIORITY = -10, 10
HIGHEST_PRIORITY_OF_USERS = 5


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

    class Meta:
        model = Job
        fields = [
            "id",
            "type",
            "kind",
            "status",
            "progress",
            "progress_message",
            "priority",
            "attempts",
            "max_attempts",
            "created_at",
            "started_at",
            "completed_at",
            "result",
            "errors",
        ]


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


class JobOptionsSerializer(CamelCaseSerializer):
    """What every request that makes a job may say about it."""

    priority = serializers.IntegerField(
        default=0, min_value=LOWEST_PRIORITY, max_value=HIGHEST_PRIORITY
    )

    def validate_priority(self, priority):
        user = self.context["request"].user
        if priority > HIGHEST_PRIORITY_OF_USERS and not user.is_staff:
            raise serializers.ValidationError(
                f"Above {HIGHEST_PRIORITY_OF_USERS} is for operators."
            )
        return priority
