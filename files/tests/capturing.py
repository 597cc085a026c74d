from unittest.mock import patch


def browser():
    """Have a browser; with its mock's return value, have a reason why there is none."""
    return patch(
        "files.capture.browser.unavailability", autospec=True, return_value=None
    )
