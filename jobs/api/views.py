from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.replay import ReplayedForOwnerMixin
from jobs.api.filters import JobFilterSet
from jobs.api.serializers import (
    JobListItemSerializer,
    JobSerializer,
    WaitSerializer,
)
from jobs.models import Job
from jobs.waiting import wait_until_ended


class JobViewSet(ReplayedForOwnerMixin, ListModelMixin, GenericViewSet):
    queryset = Job.objects.all()
    serializer_class = JobListItemSerializer
    filterset_class = JobFilterSet
    list_name = "jobs"
    rate_limit = {"list": "job-list", "retrieve": "job-read"}
    error_codes = {"list": [400], "retrieve": [400], "cancel": [409]}

    def get_queryset(self):
        jobs = Job.objects.visible_to(self.request.user)
        # A list shows neither payloads nor results, which can be large.
        is_list = self.action == "list"
        return jobs.defer("payload", "result", "errors") if is_list else jobs

    def filter_queryset(self, queryset):
        # The parameters of a single job are not filters.
        is_list = self.action == "list"
        return super().filter_queryset(queryset) if is_list else queryset

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

    @extend_schema(request=None, responses=JobSerializer, filters=False)
    def cancel(self, request, pk):
        """Cancel a job that waits; 409 if it does not wait any more."""
        job = self.get_object()
        job.cancel()
        return Response(JobSerializer(job).data)
