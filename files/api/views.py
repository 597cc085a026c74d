import django_filters
from django.db.models import Min
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.replay import ReplayedForOwnerMixin
from common.api.filters import StrictFilterSet
from files.api import serializers
from files.api.ranges import file_response
from files.api.uploads import NAME, UPLOAD, ImageParser, uploaded
from files.archive import zip_of
from files.models import CONTENT_TYPES, StoredFile
from files.removal import remove
from files.trash import put_into_trash, restore_from_trash
from files.uploads import upload_image

FILE_ITSELF = {
    (code, "application/octet-stream"): OpenApiResponse(
        OpenApiTypes.BINARY, description=description
    )
    for code, description in (
        (200, "The file itself, as an attachment."),
        (206, "The range of it that was asked for."),
    )
}
ZIP = {
    (200, "application/zip"): OpenApiResponse(
        OpenApiTypes.BINARY, description="The files, as an attachment."
    )
}


class StoredFileFilterSet(StrictFilterSet):
    type = django_filters.ChoiceFilter(choices=[(name, name) for name in CONTENT_TYPES])
    origin = django_filters.ChoiceFilter(choices=StoredFile.Origin.choices)
    trashed = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ("true", "false")],
        method="in_trash",
        help_text="`true` for the files in the trash, and only those.",
    )

    class Meta:
        model = StoredFile
        fields = []

    def in_trash(self, queryset, name, value):
        return queryset  # As `filter_queryset` has chosen.

    def filter_queryset(self, queryset):
        is_trash = self.form.cleaned_data["trashed"] == "true"
        shown = queryset.in_trash() if is_trash else queryset.present()
        return super().filter_queryset(shown)


class StoredFileViewSet(ReplayedForOwnerMixin, ListModelMixin, GenericViewSet):
    queryset = StoredFile.objects.all()
    serializer_class = serializers.StoredFileSerializer
    filterset_class = StoredFileFilterSet
    lookup_field = "file_name"
    list_name = "files"
    parser_classes = [MultiPartParser, ImageParser]
    rate_limit = {
        "list": "file-list",
        "create": "file-upload",
        "download": "file-read",
        "details": "file-read",
        "archive": "file-archive",
    }
    error_codes = {
        "list": [400],
        "create": [403, 507],
        "download": [412, 416],
        "archive": [400, 404],
        "restore": [403, 409],
        "destroy": [400, 409],
    }

    def get_queryset(self):
        own = StoredFile.objects.of(self.request.user)
        match self.action:
            case "list":
                return own  # Its filter chooses between the trash and the rest.
            case "destroy" | "restore":
                return own.kept()
        return own.present()

    def filter_queryset(self, queryset):
        is_list = self.action == "list"
        return super().filter_queryset(queryset) if is_list else queryset

    def replay_seconds(self, response):
        """Until the next of the user's files vanishes by itself."""
        seconds = super().replay_seconds(response)
        now = timezone.now()
        ahead = StoredFile.objects.filter(owner=self.request.user, expires_at__gt=now)
        first = ahead.aggregate(first=Min("expires_at"))["first"]
        return min(seconds, (first - now).total_seconds()) if first else seconds

    def list(self, request):
        """The caller's files, newest first; an operator's list has everybody's."""
        return super().list(request)

    @extend_schema(
        parameters=[NAME],
        request=UPLOAD,
        responses={201: serializers.FileAnswerSerializer},
    )
    def create(self, request):
        """Upload a PNG, JPEG or SVG image; its content tells which, not its name."""
        data, name = uploaded(request)
        stored = upload_image(owner=request.user, data=data, name=name)
        return _answer(stored, status=201, headers={"Location": stored.url})

    @extend_schema(responses=FILE_ITSELF, filters=False)
    def download(self, request, file_name):
        """The file itself, or a range of it, to be saved under its title."""
        return file_response(request, self.get_object())

    @extend_schema(responses=serializers.FileAnswerSerializer)
    def details(self, request, file_name):
        """What is known of a file, as in the list."""
        return _answer(self.get_object())

    @extend_schema(
        parameters=[serializers.DeletionSerializer],
        responses={200: serializers.TrashedSerializer},
    )
    def destroy(self, request, file_name):
        """Put a file into the trash; its links end at once."""
        query = serializers.DeletionSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        stored = self.get_object()
        if query.validated_data["permanent"]:
            remove(StoredFile.objects.kept().filter(pk=stored.pk))
            return _deleted("The file is gone for good.", restore_until=None)
        put_into_trash(stored)
        return _deleted("The file is in the trash.", stored.restore_until)

    @extend_schema(request=None, responses=serializers.FileAnswerSerializer)
    def restore(self, request, file_name):
        """Bring a file back from the trash; its links stay ended."""
        stored = self.get_object()
        restore_from_trash(stored)
        return _answer(stored)

    @extend_schema(
        parameters=[serializers.ArchiveSerializer], responses=ZIP, filters=False
    )
    def archive(self, request):
        """Several files as one ZIP, under their titles."""
        query = serializers.ArchiveSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        stream = zip_of(self.get_queryset(), query.validated_data["file_names"])
        response = StreamingHttpResponse(iter(stream), content_type="application/zip")
        response.headers["Content-Length"] = str(len(stream))
        response.headers["Content-Disposition"] = 'attachment; filename="files.zip"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _answer(stored, **extra):
    file = serializers.StoredFileSerializer(stored).data
    return Response({"file": file}, **extra)


def _deleted(message, restore_until):
    answer = {"message": message, "restore_until": restore_until}
    return Response(serializers.TrashedSerializer(answer).data)
