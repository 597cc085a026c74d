from jobs import upkeep
from jobs.handlers import Handler, register

for kind in ("pdf", "docx"):
    register(
        Handler(
            kind=kind,
            type="file-generation",
            lane="documents",
            path=f"files.tasks.generate_{kind}",
            discard_path="files.generation.discard_files",
            timeout_seconds=120,
        )
    )

for kind in ("csv", "xlsx"):
    register(
        Handler(
            kind=kind,
            type="file-generation",
            lane="documents",
            path=f"files.tasks.generate_{kind}",
            discard_path="files.generation.discard_files",
            timeout_seconds=600,  # A million rows are a lot of cells.
        )
    )

upkeep.register("files.retention.keep_up")
