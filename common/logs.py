"""What every log line has: the request's id, and no secret address."""

import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIDFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class LineFormatter(logging.Formatter):
    """Writes a record without the addresses that open a file to whoever has them."""

    SECRET = re.compile(r"(/api/links/)[^\s\"'?]+")

    def format(self, record: logging.LogRecord) -> str:
        return self.SECRET.sub(r"\1***", super().format(record))
