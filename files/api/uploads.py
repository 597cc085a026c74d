"""What an upload may look like: a form's file, or the bytes themselves."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser

from common.api.exceptions import PayloadTooLarge

NAME = OpenApiParameter(
    "fileName", description="The name to save it under, for a body without one."
)
UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    },
    "image/png": OpenApiTypes.BINARY,
    "image/jpeg": OpenApiTypes.BINARY,
    "image/svg+xml": OpenApiTypes.BINARY,
}


class ImageParser(BaseParser):
    """Takes the body as it is; what it is, only its content tells."""

    media_type = "image/*"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(body) > settings.MAX_BODY_BYTES:
            raise PayloadTooLarge
        return body


def uploaded(request) -> tuple[bytes, str]:
    """Return the uploaded bytes and their name; raises ValidationError."""
    name = request.query_params.get("fileName", "")
    if unknown := request.query_params.keys() - {"fileName"}:
        raise ValidationError({key: ["Unknown parameter."] for key in sorted(unknown)})
    if isinstance(request.data, bytes):
        return request.data, name
    if unknown := request.data.keys() - {"file"}:
        raise ValidationError({key: ["Unknown field."] for key in sorted(unknown)})
    # Without any body it is a plain dict.
    files = request.data.getlist("file") if request.data else []
    if len(files) != 1 or not isinstance(files[0], UploadedFile):
        raise ValidationError({"file": ["Send one file in this field."]})
    return files[0].read(), name or files[0].name
