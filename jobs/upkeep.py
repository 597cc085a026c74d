"""What is done once an hour. An app registers its own in `job_handlers.py`."""

# Paths of functions that get the `seconds` that they may take and the `position`,
# a text, where the one before stopped, empty at first; each returns its own, or
# None at the end.
UPKEEP: list[str] = []


def register(path: str) -> None:
    if path not in UPKEEP:
        UPKEEP.append(path)
