from datetime import UTC, datetime


def timestamp(moment: datetime) -> str:
    """Return ISO 8601 in UTC with milliseconds: `2026-11-23T09:30:00.000Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
