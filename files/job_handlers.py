from jobs.handlers import Handler, register

register(
    Handler(kind="pdf", type="file-generation", path="files.documents.generate_pdf")
)
