from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.views import APIView


@extend_schema(exclude=True)
class UnknownRouteView(APIView):
    """Answers every route under /api/ that does not exist, counted like the rest."""

    name = "API"  # What the browsable pages call the place above all routes.
    permission_classes = []

    def http_method_not_allowed(self, request, *args, **kwargs):
        raise NotFound

    options = http_method_not_allowed
