"""Sends a stored file, or the part of it that is asked for (RFC 9110)."""

import logging
import re

from django.core.files.storage import default_storage
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import (
    content_disposition_header,
    http_date,
    parse_http_date_safe,
)
from rest_framework.exceptions import NotFound

from common.api.exceptions import PreconditionFailed, RangeNotSatisfiable
from files.models import StoredFile

logger = logging.getLogger(__name__)

BYTES = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.I)


def file_response(request, stored: StoredFile) -> HttpResponse:
    """Answer a GET or HEAD with the file, a range of it, or that nothing changed.

    Raises NotFound, PreconditionFailed and RangeNotSatisfiable.
    """
    modified_at = int(stored.modified_at.timestamp())
    unchanged = get_conditional_response(
        request, etag=stored.etag, last_modified=modified_at
    )
    if unchanged is not None and unchanged.status_code == 412:
        raise PreconditionFailed
    response = unchanged or _content(request, stored)
    response.headers["ETag"] = stored.etag
    response.headers["Last-Modified"] = http_date(modified_at)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _content(request, stored: StoredFile) -> HttpResponse:
    wanted = None
    if request.method == "GET" and _is_range_current(request, stored):
        wanted = requested_range(request.headers.get("Range", ""), stored.size)
    start, end = wanted or (0, stored.size)
    response = _body(request, stored, start, end)
    if wanted:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Length"] = str(end - start)
    # A slash would make a folder of what is before it.
    name = stored.display_name.replace("/", "-")
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=name
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _body(request, stored: StoredFile, start: int, end: int) -> HttpResponse:
    try:
        if request.method == "GET":
            part = stored.read(start, end)
            return StreamingHttpResponse(part, content_type=stored.content_type)
        if default_storage.exists(stored.file_name):
            return HttpResponse(content_type=stored.content_type)
    except FileNotFoundError:
        pass
    logger.error("%s is listed but missing: restore it from a backup", stored)
    raise NotFound


def requested_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the start and end of the one range that the header asks for.

    None, for the whole file, where it asks for several or cannot be understood.
    Raises RangeNotSatisfiable.
    """
    match = BYTES.fullmatch(header.strip())
    if match is None:
        return None
    first, last = match[1], match[2]
    is_empty = not first and not last
    is_reversed = first and last and int(last) < int(first)
    if is_empty or is_reversed:
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= size or (not first and int(last) == 0):
        raise RangeNotSatisfiable(size=size)
    return start, end


def _is_range_current(request, stored: StoredFile) -> bool:
    """Tell whether the client's part is of this file, as far as it knows (If-Range)."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.endswith('"'):
        return condition == stored.etag
    return parse_http_date_safe(condition) == int(stored.modified_at.timestamp())
