"""Reads the environment and `.env`; the only module that looks at os.environ.

A wrong value stops the start with the variable's name and what it should be.
"""

import os
import re
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent
RATE = re.compile(r"[1-9][0-9]*/([1-9][0-9]*)?[smhd]")


# What a node that vanished in the middle of a transaction has locked is free again
# within seconds; the server would wait for it for two hours.
POSTGRESQL_OPTIONS = {
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=15s",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class PlatformEnv(Env):
    def rate(self, name: str, default: str) -> str:
        """Read a rate as django-ratelimit writes it, such as `60/m` or `5/5m`."""
        value = self.str(name, default)
        if not RATE.fullmatch(value):
            raise ImproperlyConfigured(
                f"{name} must be a count and a period, such as '60/m' or '5/5m'; "
                f"it is {value!r}."
            )
        return value

    def switch(
        self, name: str, *, default: bool, words: tuple[str, str] = ("false", "true")
    ) -> bool:
        off, on = words
        value = self.str(name, words[default]).lower()
        if value not in words:
            raise ImproperlyConfigured(
                f"{name} must be {on!r} or {off!r}; it is {value!r}."
            )
        return value == on

    def count(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        text = self.str(name, str(default))
        if (
            not re.fullmatch(r"[0-9]{1,12}", text)
            or not minimum <= int(text) <= maximum
        ):
            raise ImproperlyConfigured(
                f"{name} must be a whole number from {minimum} to {maximum}; "
                f"it is {text!r}."
            )
        return int(text)

    def ports(self, name: str, default: str) -> list[int]:
        """Read port numbers that are separated by commas; at least one."""
        text = self.str(name, default)
        entries = [entry.strip() for entry in text.split(",")]
        if not all(
            re.fullmatch(r"[0-9]{1,5}", entry) and 1 <= int(entry) <= 65535
            for entry in entries
        ):
            raise ImproperlyConfigured(
                f"{name} must be numbers from 1 to 65535 with commas between them, "
                f"such as '80,443'; it is {text!r}."
            )
        return [int(entry) for entry in entries]

    def database(self, name: str, default: dict) -> dict:
        """Read a database URL; the error never shows it, as it holds a password."""
        if not self.str(name, ""):
            return default
        try:
            found = self.dj_db_url(name, conn_max_age=None, conn_health_checks=True)
        except (EnvError, ValidationError, ValueError) as error:
            raise ImproperlyConfigured(
                f"{name} must be a database URL such as "
                "'postgres://user:password@host:5432/name'."
            ) from error
        if found.get("ENGINE", "").endswith("postgresql"):
            found["OPTIONS"] = POSTGRESQL_OPTIONS | found.get("OPTIONS", {})
        return found


def load() -> PlatformEnv:
    """Return the environment, completed by the file that ENV_FILE names."""
    env = PlatformEnv()
    env_file = Path(env.str("ENV_FILE", str(BASE_DIR / ".env")))
    if env_file.is_file():
        env.read_env(str(env_file), recurse=False)
    return env


def process_environment(**extra: str) -> dict[str, str]:
    """Return the environment for a child process."""
    return {**os.environ, **extra}


def stored_secret_key(path: Path) -> str:
    """Return the key in `path`; make one that only the owner can read if absent.

    Raises ImproperlyConfigured where the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write_secret_once(path)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"STORAGE_PATH: {path.parent} cannot be used ({error.strerror}); "
            "name a folder that this user can write to."
        ) from error


def _write_secret_once(path: Path) -> None:
    # mkstemp makes a file that only its owner can read.
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    draft = Path(name)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    try:
        # A link fails if another process was faster: both then read one key.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
