from common.exceptions import ApplicationError


class DoesNotFitPage(ApplicationError):
    """A part that must stay whole, such as a table's head, is taller than a page."""


class DiskFull(ApplicationError):
    """There is no room left to store the file. Ask the operator to make some."""

    type = "QUOTA_EXCEEDED"
