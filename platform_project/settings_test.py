"""Settings for pytest: nothing here outlives a test run."""

import tempfile
from pathlib import Path

from platform_project.settings import *  # noqa: F403
from platform_project.settings import SQLITE, STORAGES

STORAGE_PATH = Path(tempfile.mkdtemp(prefix="hs-platform-tests-"))
FILES_ROOT = STORAGE_PATH / "files"
STORAGES["default"]["OPTIONS"]["location"] = FILES_ROOT
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
DATABASES = {"default": {**SQLITE, "TEST": {"NAME": STORAGE_PATH / "test.sqlite3"}}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SECRET_KEY = "for-tests-only-" * 5
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RATE_LIMITS_ENABLED = False
# Look at static files when they are asked for, not all of them before each test.
WHITENOISE_AUTOREFRESH = True
