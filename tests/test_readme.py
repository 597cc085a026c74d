"""The README's tour works when it is pasted."""

import re
import subprocess

import pytest

from tests.running_platform import ROOT, running_platform

pytestmark = pytest.mark.live


def test_the_tour_ends_with_a_pdf(tmp_path):
    readme = (ROOT / "README.md").read_text()
    tour = re.search(r"## A tour.*?```sh\n(.*?)```", readme, re.S)[1]

    with running_platform() as platform:
        pasted = tour.replace("127.0.0.1:8000", f"127.0.0.1:{platform.port}")
        subprocess.run(["bash", "-euc", pasted], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
