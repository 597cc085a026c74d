from django.db.models import Sum
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAdminUser
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.replay import ReplayedForOwnerMixin
from accounts.api.views import SMALL_BODY_BYTES
from accounts.models import User
from jobs.api.filters import JobFilterSet
from jobs.api.serializers import (
    CancelSerializer,
    DeliverySerializer,
    JobChangeSerializer,
    JobListItemSerializer,
    JobSerializer,
    JobStatisticsSerializer,
    LaneSerializer,
    LanesSerializer,
    WaitSerializer,
    WebhookSecretSerializer,
)
from jobs.events import JobEvents
from jobs.lanes import describe_lanes, pause_lane, resume_lane
from jobs.models import Job
from jobs.statistics import job_statistics
from jobs.submission import retry_job
from jobs.waiting import wait_until_ended
from jobs.webhook_secrets import rotate_secret, secrets_of


class JobViewSet(ReplayedForOwnerMixin, ListModelMixin, GenericViewSet):
    queryset = Job.objects.all()
    serializer_class = JobListItemSerializer
    filterset_class = JobFilterSet
    list_name = "jobs"
    max_body_bytes = SMALL_BODY_BYTES
    rate_limit = {
        "list": "job-list",
        "retrieve": "job-read",
        "events": "job-read",
        "statistics": "job-list",
    }
    error_codes = {
        "list": [400],
        "retrieve": [400],
        "partial_update": [409],
        "destroy": [409],
        "cancel": [409],
        "retry": [409, 503],
        "events": [503],
    }

    def get_queryset(self):
        # What is not shown can be large.
        hidden = ["result", "errors"] if self.action == "list" else []
        jobs = Job.objects.visible_to(self.request.user).submitted()
        return jobs.defer("payload", *hidden)

    def filter_queryset(self, queryset):
        # The parameters of a single job are not filters.
        is_list = self.action == "list"
        return super().filter_queryset(queryset) if is_list else queryset

    def count_all(self) -> int:
        """Return how many jobs the caller's unfiltered list has."""
        users = User.objects.visible_to(self.request.user)
        return users.aggregate(total=Sum("kept_jobs"))["total"]

    def replay_seconds(self, response) -> float:
        # What changes with time, and with the jobs of others, is soon old.
        match self.action:
            case "statistics":
                return 0.0
            case "retrieve" if response.data["estimatedTime"] is not None:
                return 1.0
        return super().replay_seconds(response)

    def list(self, request):
        """The caller's jobs, newest first; an operator's list has everybody's."""
        return super().list(request)

    @extend_schema(parameters=[WaitSerializer], responses=JobSerializer, filters=False)
    def retrieve(self, request, pk):
        """A job's status, progress and result; `wait` for its end if asked to."""
        query = WaitSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        job = self.get_object()
        if (seconds := query.validated_data["wait"]) and not job.is_ended:
            job = wait_until_ended(job, seconds=seconds, waiter=request.user.pk)
        return Response(JobSerializer(job).data)

    @extend_schema(request=JobChangeSerializer, responses=JobSerializer, filters=False)
    def partial_update(self, request, pk):
        """Change the priority of a job that waits; 409 if it does not wait."""
        job = self.get_object()
        change = self._read(JobChangeSerializer)
        job.change_priority(change["priority"])
        return Response(JobSerializer(job).data)

    @extend_schema(responses={200: JobSerializer}, filters=False)
    def destroy(self, request, pk):
        """Delete a job that has ended; its files stay. 409 if it has not ended."""
        job = self.get_object()
        job.remove()
        return Response(JobSerializer(job).data)

    @extend_schema(request=CancelSerializer, responses=JobSerializer, filters=False)
    def cancel(self, request, pk):
        """End a job that has not ended; one that runs is stopped within seconds."""
        job = self.get_object()
        job.cancel(self._read(CancelSerializer)["reason"])
        return Response(JobSerializer(job).data)

    @extend_schema(request=None, responses=JobSerializer, filters=False)
    def retry(self, request, pk):
        """Queue a job again that failed or was cancelled, with fresh attempts."""
        job = self.get_object()
        retry_job(job)
        return Response(JobSerializer(job).data)

    @extend_schema(responses=JobStatisticsSerializer, filters=False)
    def statistics(self, request):
        """Figures of the caller's jobs, of all for operators; at most 5 s old."""
        return Response(JobStatisticsSerializer(job_statistics(request.user)).data)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Last-Event-ID",
                location=OpenApiParameter.HEADER,
                description="The state that is known already and not sent again.",
            )
        ],
        responses={
            (200, "text/event-stream"): OpenApiResponse(
                OpenApiTypes.STR,
                description="Events `status` and `progress`, with the job as data.",
            ),
            204: OpenApiResponse(description="Its end is known: do not come back."),
        },
        filters=False,
    )
    def events(self, request, pk):
        """The job as server-sent events, until it has ended, or for five minutes."""
        events = JobEvents(
            self.get_object(),
            describe=lambda job: JobSerializer(job).data,
            listener=request.user.pk,
            last_event_id=request.headers.get("Last-Event-ID", ""),
        )
        if events.are_known:
            return Response(status=204)
        if request.method == "HEAD":
            # The server would go through them, and hold a thread for nobody.
            events.close()
        response = StreamingHttpResponse(events, content_type="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        # A proxy that buffers would hold the events back.
        response.headers["X-Accel-Buffering"] = "no"
        return response

    def _read(self, serializer_class) -> dict:
        form = serializer_class(
            data=self.request.data, context=self.get_serializer_context()
        )
        form.is_valid(raise_exception=True)
        return form.validated_data


class LaneViewSet(GenericViewSet):
    serializer_class = LaneSerializer
    permission_classes = [IsAdminUser]
    pagination_class = None
    filter_backends = []

    @extend_schema(responses=LanesSerializer)
    def retrieve(self, request):
        """The lanes: their limits, what waits and runs in them, which are paused."""
        return Response(LanesSerializer({"lanes": describe_lanes()}).data)

    @extend_schema(request=None, responses=LaneSerializer)
    def pause(self, request, name):
        """Begin no more jobs of a lane, also after a restart; what runs goes on."""
        pause_lane(name)
        return self._answer(name)

    @extend_schema(request=None, responses=LaneSerializer)
    def resume(self, request, name):
        """Begin the jobs of a lane again."""
        resume_lane(name)
        return self._answer(name)

    def _answer(self, name):
        lane = next(lane for lane in describe_lanes() if lane["name"] == name)
        return Response(LaneSerializer(lane).data)


class WebhookSecretViewSet(GenericViewSet):
    serializer_class = WebhookSecretSerializer
    max_body_bytes = SMALL_BODY_BYTES

    @extend_schema(responses=WebhookSecretSerializer)
    def retrieve(self, request):
        """The secrets that sign the caller's webhooks now."""
        return Response({"secrets": secrets_of(request.user)})

    @extend_schema(request=None, responses=WebhookSecretSerializer)
    def rotate(self, request):
        """Make a new secret; the one before signs beside it for another day."""
        rotate_secret(request.user)
        return Response({"secrets": secrets_of(request.user)})


class DeliveryViewSet(ReplayedForOwnerMixin, ListModelMixin, GenericViewSet):
    queryset = Job.objects.all()
    serializer_class = DeliverySerializer
    list_name = "deliveries"
    filter_backends = []
    error_codes = {"retry": [409]}

    def get_queryset(self):
        return Job.objects.visible_to(self.request.user).deliveries()

    def list(self, request):
        """The caller's webhooks, newest first; an operator's list has everybody's."""
        return super().list(request)

    @extend_schema(request=None, responses=DeliverySerializer)
    def retry(self, request, pk):
        """Deliver a webhook again that failed."""
        delivery = self.get_object()
        retry_job(delivery)
        return Response(DeliverySerializer(delivery).data)
