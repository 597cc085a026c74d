import logging

import django_filters
from django.http import FileResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from accounts.api.replay import ReplayedForOwnerMixin
from common.api.exceptions import PreconditionFailed
from common.api.filters import StrictFilterSet
from files.api.serializers import StoredFileSerializer
from files.models import CONTENT_TYPES, StoredFile

logger = logging.getLogger(__name__)


class StoredFileFilterSet(StrictFilterSet):
    type = django_filters.ChoiceFilter(choices=[(name, name) for name in CONTENT_TYPES])

    class Meta:
        model = StoredFile
        fields = []


class StoredFileViewSet(ReplayedForOwnerMixin, ListModelMixin, GenericViewSet):
    queryset = StoredFile.objects.all()
    serializer_class = StoredFileSerializer
    filterset_class = StoredFileFilterSet
    lookup_field = "file_name"
    list_name = "files"
    rate_limit = {"list": "file-list", "download": "file-read"}
    error_codes = {"list": [400]}

    def get_queryset(self):
        return StoredFile.objects.visible_to(self.request.user)

    def list(self, request):
        """The caller's files, newest first; an operator's list has everybody's."""
        return super().list(request)

    @extend_schema(
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The file itself, as an attachment."
            )
        },
        filters=False,
    )
    def download(self, request, file_name):
        """The file itself, with its type and an ETag, to be saved under its title."""
        stored = self.get_object()
        unchanged = get_conditional_response(request, etag=stored.etag)
        if unchanged is not None and unchanged.status_code == 412:
            raise PreconditionFailed
        response = unchanged or _attachment(stored)
        response.headers["ETag"] = stored.etag
        response.headers["Cache-Control"] = "private, no-cache"
        return response


def _attachment(stored: StoredFile) -> FileResponse:
    try:
        content = stored.open()
    except FileNotFoundError:
        logger.error("%s is listed but missing: restore it from a backup", stored)
        raise NotFound from None
    response = FileResponse(
        content,
        as_attachment=True,
        # A slash would make a folder of what is before it.
        filename=stored.display_name.replace("/", "-"),
        content_type=stored.content_type,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
