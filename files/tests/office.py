"""What LibreOffice makes of a file."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import require

SECONDS = 120


def converted(content: bytes, source: str, to: str, *arguments: str) -> bytes:
    """Return the file's content in another format.

    Both are file name endings; `to` may be followed by a filter, as soffice has it.
    """
    program = require("soffice")
    with TemporaryDirectory() as folder:
        file = Path(folder, f"document.{source}")
        file.write_bytes(content)
        target = Path(folder, "converted")
        target.mkdir()
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        subprocess.run(
            [program, profile, "--headless", *arguments, "--convert-to", to, file],
            cwd=target,
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )
        return target.joinpath(f"document.{to.partition(':')[0]}").read_bytes()
