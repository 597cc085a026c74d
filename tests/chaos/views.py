"""Submits jobs of the kinds for chaos over HTTP, as the platform's own endpoints do."""

from time import monotonic, sleep

from django_q.models import Success
from django_q.tasks import async_task
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.serializers import CamelCaseSerializer, FreeFormField
from jobs.api.serializers import JobOptionsSerializer
from jobs.api.submission import SubmitJobView
from jobs.waiting import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    PAUSE_GROWTH,
)


class ChaosSerializer(CamelCaseSerializer):
    payload = FreeFormField(default=dict)
    options = JobOptionsSerializer(required=False)


class ChaosView(SubmitJobView):
    serializer_class = ChaosSerializer

    def post(self, request, kind):
        self.kind = kind
        return super().post(request)


class StockTaskView(APIView):
    """The same over django-q2's own queue: submit a task, and wait for its end."""

    def post(self, request):
        return Response({"jobId": async_task("tests.chaos.kinds.stock")}, status=202)

    def get(self, request, pk):
        ends_at = monotonic() + float(request.query_params.get("wait", 0))
        pause = FIRST_PAUSE_SECONDS
        while not (done := Success.objects.filter(pk=pk).exists()):
            if monotonic() > ends_at:
                break
            sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
        return Response({"status": "completed" if done else "waiting"})
