import hashlib
import secrets
from itertools import count
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.tests.factories import make_user
from files.models import StoredFile
from jobs.tests.factories import make_job

PDF = b"%PDF-1.4 a small document"

_numbers = count(1)


def make_file_name(extension="pdf"):
    """Return a name as the generation of files gives it."""
    return f"{secrets.token_hex(20)}.{extension}"


def make_stored_file(*, owner=None, content=PDF, **fields):
    """Create a file with these bytes in the storage; ids count up."""
    defaults = {
        "id": f"file_{next(_numbers):026}",
        "file_name": make_file_name(),
        "display_name": "Report.pdf",
        "type": "pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    stored = StoredFile.objects.create(
        owner=owner or make_user(), **{**defaults, **fields}
    )
    default_storage.save(stored.file_name, ContentFile(content))
    return stored


def make_pdf_job(*, owner=None, priority=0, **document):
    """Create a job as the endpoint would, with a valid document."""
    payload = {"title": "Quarterly report", "metadata": {}, "options": {}, **document}
    return make_job(
        owner=owner,
        priority=priority,
        kind="pdf",
        type="file-generation",
        payload=payload,
    )


def stored_names():
    return _names(settings.FILES_ROOT)


def unfinished_names():
    """The files that are being made, or were left behind."""
    return _names(settings.STORAGE_PATH / "tmp")


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*")}
