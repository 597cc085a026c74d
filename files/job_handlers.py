from jobs import upkeep
from jobs.handlers import Handler, register

DOCUMENT_SECONDS = 120
# A start of 30, 60 to load and 30 to wait for the page, 30 to draw it, and to store.
CAPTURE_SECONDS = 180
TABLE_SECONDS = 600  # A million rows are a lot of cells.

for kind, timeout_seconds in (
    ("pdf", DOCUMENT_SECONDS),
    ("docx", DOCUMENT_SECONDS),
    ("csv", TABLE_SECONDS),
    ("xlsx", TABLE_SECONDS),
):
    register(
        Handler(
            kind=kind,
            type="file-generation",
            lane="documents",
            path=f"files.tasks.generate_{kind}",
            discard_path="files.generation.discard_files",
            timeout_seconds=timeout_seconds,
        )
    )

for kind in ("screenshot", "page-pdf"):
    register(
        Handler(
            kind=kind,
            type="file-generation",
            lane="browser",
            path=f"files.tasks.generate_{kind.replace('-', '_')}",
            discard_path="files.capture.generation.discard_capture",
            timeout_seconds=CAPTURE_SECONDS,
            uses_up_worker=True,
            forgets_payload=True,  # Cookies, headers, addresses with tokens.
        )
    )

upkeep.register("files.retention.keep_up")
upkeep.register("files.capture.folders.keep_up")
