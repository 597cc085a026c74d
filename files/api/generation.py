"""The endpoints that have a file made."""

from common.api.parsers import StrictJSONParser
from files.api.documents import DocumentSerializer
from files.api.ndjson import FirstLine, NDJSONParser
from files.api.page_pdfs import PagePdfSerializer
from files.api.screenshots import ScreenshotSerializer
from files.api.tables import CsvSerializer, XlsxSerializer
from files.capture import browser
from files.quota import check_room
from files.tables.submission import submit_with_rows
from jobs.api.submission import SubmitJobView
from jobs.submission import digest_of


class GenerateFileView(SubmitJobView):
    error_codes = {"post": [422, 503, 507]}

    def check_room(self, user):
        check_room(user.pk)


class GeneratePdfView(GenerateFileView):
    """Queue a PDF of a document; its job's result names the file."""

    kind = "pdf"
    serializer_class = DocumentSerializer
    rate_limit = "file-generate-pdf"


class GenerateDocxView(GenerateFileView):
    """Queue a Word document; its job's result names the file."""

    kind = "docx"
    serializer_class = DocumentSerializer
    rate_limit = "file-generate-docx"


class GenerateTableView(GenerateFileView):
    """Queues a table of the JSON's rows, or of those that follow in a body of NDJSON.

    The latter are stored as they come, and read by the job.
    """

    parser_classes = [StrictJSONParser, NDJSONParser]
    error_codes = {"post": [408, 422, 503, 507]}

    def check_room(self, user):
        size = 0
        if isinstance(self.request.data, FirstLine):
            size = self.request.data.size
        check_room(user.pk, size)

    def submit(self, **fields):
        request = self.request.data
        if not isinstance(request, FirstLine):
            return super().submit(**fields)
        return submit_with_rows(
            request.chunks(),
            digest=lambda sha256: digest_of(self.kind, {**request, "rows": sha256}),
            **fields,
        )


class GenerateCsvView(GenerateTableView):
    """Queue a CSV file; its job's result names the file."""

    kind = "csv"
    serializer_class = CsvSerializer
    rate_limit = "file-generate-csv"


class GenerateXlsxView(GenerateTableView):
    """Queue an Excel workbook of one sheet; its job's result names the file."""

    kind = "xlsx"
    serializer_class = XlsxSerializer
    rate_limit = "file-generate-xlsx"


class CapturePageView(GenerateFileView):
    """Queues a job for the browser, unless there is none that could do it."""

    def check_room(self, user):
        if reason := browser.unavailability():
            raise browser.BrowserUnavailable(reason)
        super().check_room(user)


class GenerateScreenshotView(CapturePageView):
    """Queue a picture of a page of the web; its job's result names the file."""

    kind = "screenshot"
    serializer_class = ScreenshotSerializer
    rate_limit = "file-generate-screenshot"


class GeneratePagePdfView(CapturePageView):
    """Queue a PDF of a page of the web; its job's result names the file."""

    kind = "page-pdf"
    serializer_class = PagePdfSerializer
    rate_limit = "file-generate-page-pdf"
