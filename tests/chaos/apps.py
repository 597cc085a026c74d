import os
from pathlib import Path

from django.apps import AppConfig


class ChaosConfig(AppConfig):
    name = "tests.chaos"

    def ready(self) -> None:
        from files.capture import folders
        from jobs import processes
        from tests.chaos import failpoints

        # Makes a node on this machine look like one on another.
        if host := os.environ.get("CHAOS_HOST"):
            processes.host = lambda: host
        # Tells this platform's browsers from those of others on the machine.
        if root := os.environ.get("CHAOS_BROWSERS"):
            folders.ROOT = Path(root)
        if name := os.environ.get("CHAOS_FAILPOINT"):
            failpoints.arm(name)
