from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from common.replay import Replay, allow_replay
from monitoring.health import health, is_fresh


class HealthView(APIView):
    """Whether the platform works, for load balancers and people.

    Not in the envelope. 200 where it is healthy or degraded, 503 where it is not.
    """

    authentication_classes = []
    permission_classes = []
    renderer_classes = [JSONRenderer]
    rate_limit = None

    @extend_schema(responses={200: dict, 503: dict})
    def get(self, request):
        report = health()
        allow_replay(request, Replay(is_current=is_fresh))
        return Response(report, status=503 if report["status"] == "unhealthy" else 200)
