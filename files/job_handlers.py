from jobs.handlers import Handler, register

register(
    Handler(
        kind="pdf",
        type="file-generation",
        lane="documents",
        path="files.documents.generate_pdf",
        discard_path="files.generation.discard_files",
        timeout_seconds=120,
    )
)
