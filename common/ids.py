"""Public ids: a prefix that names the thing, and a ULID, which sorts by creation."""

from ulid import ULID


def new_id(prefix: str) -> str:
    """Return an id such as `job_01kasb2v0e4h6xq8w3m5n7p9rt`.

    48 bits of milliseconds and 80 random bits (https://github.com/ulid/spec).
    """
    return f"{prefix}_{str(ULID()).lower()}"
