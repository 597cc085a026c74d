from common.exceptions import ApplicationError


class BadRow(ApplicationError):
    """A row cannot be read."""


class TableTooLarge(ApplicationError):
    """The table has more than such a file may have."""


class NotInEncoding(ApplicationError):
    """A character cannot be written in the encoding that was asked for."""
