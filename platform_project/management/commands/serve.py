import os
import pwd
import socket
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from platform_project.env import BASE_DIR, process_environment


class Command(BaseCommand):
    help = (
        "Start the platform: migrate, make the first operator, then run the web "
        "server and the worker under one supervisor until stopped."
    )

    def handle(self, *args, **options):
        os.umask(0o077)
        check_storage_is_writable()
        check_port_is_free()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("ensure_operator")
        self.stdout.write(
            f"The platform starts on http://{settings.HOST}:{settings.PORT}"
        )
        self.stdout.flush()
        start_supervisor()


def check_storage_is_writable() -> None:
    """Raise CommandError where STORAGE_PATH cannot be written to."""
    probe = settings.STORAGE_PATH / ".writable"
    try:
        settings.STORAGE_PATH.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CommandError(
            f"STORAGE_PATH: {settings.STORAGE_PATH} cannot be written to "
            f"({error.strerror}); name a folder that this user owns."
        ) from error


def check_port_is_free() -> None:
    """Raise CommandError where something else listens on HOST and PORT."""
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"PORT: {settings.HOST}:{settings.PORT} cannot be used "
                f"({error.strerror}); stop what listens there or set another PORT."
            ) from error


def start_supervisor() -> None:
    """Become the supervisor, which reads what it needs from the environment."""
    environment = process_environment(
        HS_PYTHON=sys.executable,
        HS_USER=pwd.getpwuid(os.getuid()).pw_name,
        HS_BASE_DIR=str(BASE_DIR),
        HS_STORAGE_PATH=str(settings.STORAGE_PATH),
        HS_HOST=settings.HOST,
        HS_PORT=str(settings.PORT),
        HS_WEB_CONCURRENCY=str(settings.WEB_CONCURRENCY),
        HS_WEB_THREADS=str(settings.WEB_THREADS),
    )
    command = [
        "-m",
        "supervisor.supervisord",
        "-n",
        "-c",
        BASE_DIR / "supervisord.conf",
    ]
    os.execve(sys.executable, [sys.executable, *map(str, command)], environment)  # noqa: S606
