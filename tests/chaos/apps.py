import os

from django.apps import AppConfig


class ChaosConfig(AppConfig):
    name = "tests.chaos"

    def ready(self) -> None:
        from jobs import processes
        from tests.chaos import failpoints

        # Makes a node on this machine look like one on another.
        if host := os.environ.get("CHAOS_HOST"):
            processes.host = lambda: host
        if name := os.environ.get("CHAOS_FAILPOINT"):
            failpoints.arm(name)
