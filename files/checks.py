"""System checks: the settings of the storage must fit together."""

from django.conf import settings
from django.core import checks


@checks.register()
def check_bucket(app_configs, **kwargs) -> list[checks.Error]:
    parts = (settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY)
    if any(parts) and not all(parts):
        message = "Of S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY one is missing."
    elif settings.S3_ENDPOINT_URL and not settings.S3_BUCKET:
        message = "S3_ENDPOINT_URL is set without S3_BUCKET: files go to the folder."
    else:
        return []
    hint = "Set S3_BUCKET and both keys, or none of them."
    return [checks.Error(message, hint=hint, id="platform.E003")]


@checks.register()
def check_quotas(app_configs, **kwargs) -> list[checks.Warning]:
    room = settings.STORAGE_QUOTA_MB - settings.STORAGE_RESERVE_MB
    if room >= settings.USER_QUOTA_MB:
        return []
    return [
        checks.Warning(
            f"USER_QUOTA_MB is {settings.USER_QUOTA_MB}, but all files together may "
            f"take {room} MB: one user can fill the storage.",
            hint="Lower USER_QUOTA_MB, or raise STORAGE_QUOTA_MB.",
            id="platform.W002",
        )
    ]


@checks.register()
def check_browser_sandbox(app_configs, **kwargs) -> list[checks.Warning]:
    if settings.BROWSER_SANDBOX:
        return []
    return [
        checks.Warning(
            "Chromium runs without its sandbox: a page that breaks out of Chromium has "
            "the rights of the user that it runs as.",
            hint="Unset BROWSER_SANDBOX, and allow unprivileged user namespaces.",
            id="platform.W003",
        )
    ]
