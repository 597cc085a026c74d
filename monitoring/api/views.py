from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring.health import health


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
        return Response(report, status=503 if report["status"] == "unhealthy" else 200)
