from django.urls import path

from files.api.views import GeneratePdfView, StoredFileViewSet

urlpatterns = [
    path("files", StoredFileViewSet.as_view({"get": "list"}), name="file-list"),
    path("files/generate/pdf", GeneratePdfView.as_view(), name="file-generate-pdf"),
    path(
        "files/<str:file_name>",
        StoredFileViewSet.as_view({"get": "download"}),
        name="file-detail",
    ),
]
