from django.urls import path, register_converter

from files.api.generation import (
    GenerateCsvView,
    GenerateDocxView,
    GeneratePagePdfView,
    GeneratePdfView,
    GenerateScreenshotView,
    GenerateXlsxView,
)
from files.api.links import FileLinkViewSet, LinkedFileView
from files.api.views import StoredFileViewSet

FILE = StoredFileViewSet.as_view
LINK = FileLinkViewSet.as_view


class FileNameConverter:
    """The form of a stored file's name; whatever else stands there does not exist."""

    regex = r"[0-9a-f]{40}\.[a-z0-9]{1,10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FileNameConverter, "file_name")

urlpatterns = [
    path("files", FILE({"get": "list", "post": "create"}), name="file-list"),
    path("files/archive", FILE({"get": "archive"}), name="file-archive"),
    path("files/generate/pdf", GeneratePdfView.as_view(), name="file-generate-pdf"),
    path("files/generate/docx", GenerateDocxView.as_view(), name="file-generate-docx"),
    path("files/generate/csv", GenerateCsvView.as_view(), name="file-generate-csv"),
    path("files/generate/xlsx", GenerateXlsxView.as_view(), name="file-generate-xlsx"),
    path(
        "files/generate/screenshot",
        GenerateScreenshotView.as_view(),
        name="file-generate-screenshot",
    ),
    path(
        "files/generate/page-pdf",
        GeneratePagePdfView.as_view(),
        name="file-generate-page-pdf",
    ),
    path(
        "files/<file_name:file_name>",
        FILE({"get": "download", "delete": "destroy"}),
        name="file-detail",
    ),
    path(
        "files/<file_name:file_name>/details",
        FILE({"get": "details"}),
        name="file-details",
    ),
    path(
        "files/<file_name:file_name>/restore",
        FILE({"post": "restore"}),
        name="file-restore",
    ),
    path(
        "files/<file_name:file_name>/links",
        LINK({"get": "list", "post": "create"}),
        name="file-link-list",
    ),
    path(
        "files/<file_name:file_name>/links/<slug:pk>",
        LINK({"delete": "destroy"}),
        name="file-link-detail",
    ),
    path("links/<str:token>", LinkedFileView.as_view(), name="linked-file"),
]
