from jobs.handlers import Handler, register

register(
    Handler(
        kind="pdf",
        type="file-generation",
        lane="documents",
        path="files.tasks.generate_pdf",
        discard_path="files.generation.discard_files",
        timeout_seconds=120,
    )
)
