"""Bodies of NDJSON: what is asked for in the first line, then a row a line."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from common.api.parsers import StrictJSONParser
from files.reading import CHUNK_BYTES
from files.tables.rows import MAX_LINE_BYTES


class FirstLine(dict):
    """The request in the first line; the rest of the body is there to be read once.

    `size` is how large the body is, 0 where the client did not say.
    """

    def __init__(self, data: dict, body: BinaryIO, size: int) -> None:
        super().__init__(data)
        self.body = body
        self.size = size

    def chunks(self) -> Iterator[bytes]:
        while chunk := self.body.read(CHUNK_BYTES):
            yield chunk


class NDJSONParser(BaseParser):
    """Parses the first line, as strictly as JSON, and leaves the rest unread."""

    media_type = "application/x-ndjson"

    def parse(self, stream, media_type=None, parser_context=None):
        line = stream.readline(MAX_LINE_BYTES + 1)
        if len(line) > MAX_LINE_BYTES:
            raise ParseError(f"The first line is longer than {MAX_LINE_BYTES} bytes.")
        data = StrictJSONParser().parse(BytesIO(line), media_type, parser_context)
        if not isinstance(data, dict):
            raise ParseError("The first line must be an object: the request.")
        headers = parser_context["request"].META
        is_chunked = "HTTP_TRANSFER_ENCODING" in headers
        size = 0 if is_chunked else int(headers["CONTENT_LENGTH"])
        return FirstLine(data, stream, size)
