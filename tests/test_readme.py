"""The README's tour works when it is pasted."""

import re
import subprocess

import pytest

from conftest import require
from tests.running_platform import ROOT, running_platform

pytestmark = pytest.mark.live


def test_the_tour_ends_with_a_pdf_and_an_image(tmp_path):
    require("chromium-headless-shell")
    readme = (ROOT / "README.md").read_text()
    section = re.search(r"## A tour.*?(?=^## )", readme, re.S | re.M)[0]
    tour = "".join(re.findall(r"```sh\n(.*?)```", section, re.S))

    with running_platform() as platform:
        pasted = tour.replace("127.0.0.1:8000", f"127.0.0.1:{platform.port}")
        subprocess.run(["bash", "-euc", pasted], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
