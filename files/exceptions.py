from common.exceptions import ApplicationError


class DiskFull(ApplicationError):
    """There is no room left to store the file. Ask the operator to make some."""

    type = "QUOTA_EXCEEDED"
