import hashlib
import secrets
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from accounts.models import User
from accounts.tests.factories import make_user
from files.models import FileLink, StoredFile
from files.quota import MB, used_bytes
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
    if stored.trashed_at is None:
        owners = User.objects.filter(pk=stored.owner_id)
        owners.update(stored_bytes=F("stored_bytes") + stored.size)
    return stored


def make_trashed_file(*, trashed_at=None, **fields):
    return make_stored_file(trashed_at=trashed_at or timezone.now(), **fields)


def make_link(*, file=None, seconds=3600, **fields):
    """Create a link that ends in so many seconds; ids count up."""
    defaults = {
        "id": f"link_{next(_numbers):026}",
        "expires_at": timezone.now() + timedelta(seconds=seconds),
    }
    return FileLink.objects.create(
        file=file or make_stored_file(), **{**defaults, **fields}
    )


def png_bytes(width=2, height=3):
    """Return a small image."""
    file = BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "PNG")
    return file.getvalue()


@contextmanager
def limits(*, storage_bytes=None, user_bytes=None):
    """Leave room for so many more bytes in all, or for each user in all."""
    used_bytes.cache_clear()
    with ExitStack() as stack:
        if storage_bytes is not None:
            total = (used_bytes() + storage_bytes) / MB
            stack.enter_context(
                override_settings(STORAGE_QUOTA_MB=total, STORAGE_RESERVE_MB=0)
            )
        if user_bytes is not None:
            stack.enter_context(override_settings(USER_QUOTA_MB=user_bytes / MB))
        yield


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
