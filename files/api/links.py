from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from files.api import serializers
from files.api.ranges import file_response
from files.api.views import FILE_ITSELF
from files.links import create_link
from files.models import FileLink, StoredFile

TOKEN = OpenApiParameter("token", location=OpenApiParameter.PATH)


class FileLinkViewSet(ListModelMixin, GenericViewSet):
    """The links to one of the caller's files."""

    queryset = FileLink.objects.all()
    serializer_class = serializers.FileLinkSerializer
    filter_backends = []
    list_name = "links"
    error_codes = {"list": [400], "create": [409]}

    def get_queryset(self):
        return FileLink.objects.filter(file=self._file())

    def list(self, request, file_name):
        """The file's links, newest first; ended ones for 30 days."""
        return super().list(request)

    @extend_schema(
        request=serializers.NewLinkSerializer,
        responses={201: serializers.LinkAnswerSerializer},
    )
    def create(self, request, file_name):
        """Make an address that lets anybody read the file, for a time."""
        stored = self._file()
        form = serializers.NewLinkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        link = create_link(stored, expires_at=form.validated_data["expires_at"])
        return _answer(link, status=201)

    @extend_schema(responses={200: serializers.LinkAnswerSerializer})
    def destroy(self, request, file_name, pk):
        """Revoke a link: its address stops working at once."""
        link = self.get_object()
        link.revoke()
        return _answer(link)

    def _file(self):
        visible = StoredFile.objects.visible_to(self.request.user)
        return get_object_or_404(visible, file_name=self.kwargs["file_name"])


class LinkedFileView(GenericAPIView):
    """What a link leads to. Whatever is wrong with it, it is not there."""

    # Also for somebody who sends a token that has ended.
    authentication_classes = []
    permission_classes = [AllowAny]
    rate_limit = "file-link"
    error_codes = {"get": [412, 416]}

    @extend_schema(parameters=[TOKEN], responses=FILE_ITSELF)
    def get(self, request, token):
        """The file that a link leads to, or a range of it."""
        link = FileLink.objects.for_token(token)
        if link is None:
            raise NotFound
        response = file_response(request, link.file)
        if _is_download(request, response):
            link.count_download()
        return response

    head = get


def _answer(link, **extra):
    answer = serializers.FileLinkSerializer(link).data
    return Response({"link": answer}, **extra)


def _is_download(request, response) -> bool:
    """Tell whether the file is sent from its beginning: its further parts, and what
    the client has already, are no downloads of their own."""
    starts = response.headers.get("Content-Range", "bytes 0-").startswith("bytes 0-")
    return request.method == "GET" and response.status_code in (200, 206) and starts
