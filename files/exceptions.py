from common.exceptions import (
    ApplicationError,
    Conflict,
    Forbidden,
    InsufficientStorage,
    NotFound,
    Unavailable,
)
from jobs.exceptions import TryAgain


class DoesNotFitPage(ApplicationError):
    """The page has no room for the text: its margins are too wide for its size."""


class InvalidDocument(ApplicationError):
    """The document holds what cannot be set."""


class UnknownImage(ApplicationError):
    """The image must be a PNG, a JPEG or an SVG."""


class StorageFull(InsufficientStorage):
    """There is no room left to store the file. Ask the operator to make some."""


class UserQuotaExceeded(Forbidden):
    """Your files take as much room as they may. Delete some."""

    type = "QUOTA_EXCEEDED"


class FileStateConflict(Conflict):
    """The file's state does not allow this."""


class TooManyLinks(Conflict):
    """The file has as many links as it may. Revoke some."""


class FilesNotFound(NotFound):
    """Some of the files are not there, or not yours."""


class StorageUnavailable(Unavailable, TryAgain):
    """The storage of files does not answer. Try again later."""

    def __init__(self) -> None:
        super().__init__(
            "The storage of files does not answer at the moment.",
            after_seconds=self.retry_after_seconds,
        )
