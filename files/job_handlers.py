from files.generation import generate_file
from files.pdf import DEFAULT_TITLE, write_pdf
from jobs.handlers import Handler, Outcome, register
from jobs.models import Job


def generate_pdf(job: Job) -> Outcome:
    title = job.payload.get("title") or DEFAULT_TITLE
    return generate_file(
        job,
        extension="pdf",
        title=title,
        write=lambda file: write_pdf(job.payload, file),
    )


register(Handler(kind="pdf", type="file-generation", run=generate_pdf))
