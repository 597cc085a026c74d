from django.urls import path, register_converter

from files.api.generation import GeneratePdfView
from files.api.views import StoredFileViewSet


class FileNameConverter:
    """The form of a stored file's name; whatever else stands there does not exist."""

    regex = r"[0-9a-f]{40}\.[a-z0-9]{1,10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FileNameConverter, "file_name")

urlpatterns = [
    path("files", StoredFileViewSet.as_view({"get": "list"}), name="file-list"),
    path("files/generate/pdf", GeneratePdfView.as_view(), name="file-generate-pdf"),
    path(
        "files/<file_name:file_name>",
        StoredFileViewSet.as_view({"get": "download"}),
        name="file-detail",
    ),
]
