"""The endpoints that have a file made."""

from files.api.documents import DocumentSerializer
from jobs.api.submission import SubmitJobView


class GeneratePdfView(SubmitJobView):
    """Queue a PDF of a document; its job's result names the file."""

    kind = "pdf"
    serializer_class = DocumentSerializer
    rate_limit = "file-generate-pdf"
