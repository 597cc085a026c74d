"""Stores what clients send."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.core.files.storage import default_storage

from accounts.models import User
from common.exceptions import ApplicationError
from files.images import identify
from files.models import StoredFile
from files.names import display_name, stem_of
from files.quota import check_room, register_file
from files.storage import new_file


def upload_image(*, owner: User, data: bytes, name: str) -> StoredFile:
    """Store an image under its own name, with the extension of what it really is.

    Raises UnknownImage; and what `store_upload` raises.
    """
    return store_upload(
        owner=owner,
        chunks=[data],
        size=len(data),
        extension=identify(data),
        title=stem_of(name),
    )


def store_upload(
    *,
    owner: User,
    chunks: Iterable[bytes],
    extension: str,
    title: str,
    size: int = 0,
    expires_at: datetime | None = None,
) -> StoredFile:
    """Store the chunks as one file of the owner's; `size` is theirs if it is known.

    Raises UserQuotaExceeded or StorageFull where it does not fit.
    """
    check_room(owner.pk, size)
    stem = secrets.token_hex(20)
    stored = StoredFile(
        owner=owner,
        file_name=f"{stem}.{extension}",
        display_name=display_name(title, extension),
        type=extension,
        origin=StoredFile.Origin.UPLOAD,
        expires_at=expires_at,
    )
    with new_file(stem, owner_id=owner.pk) as file:
        for chunk in chunks:
            file.write(chunk)
        stored.size, stored.sha256 = file.save_as(stored.file_name)
    try:
        register_file(stored)
    except ApplicationError:
        default_storage.delete(stored.file_name)
        raise
    return stored
