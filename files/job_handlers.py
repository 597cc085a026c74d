from jobs import upkeep
from jobs.handlers import Handler, register

DOCUMENT_SECONDS = 120
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

upkeep.register("files.retention.keep_up")
