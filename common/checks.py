"""System checks: settings that must fit together."""

from django.conf import settings
from django.core import checks

from common.egress import parse_allowed_host


@checks.register()
def check_processes_share_counts(app_configs, **kwargs) -> list[checks.Error]:
    if settings.WEB_CONCURRENCY == 1 or settings.REDIS_URL:
        return []
    return [
        checks.Error(
            f"WEB_CONCURRENCY is {settings.WEB_CONCURRENCY}, but each web process "
            "would count rate limits for itself.",
            hint="Set REDIS_URL, or WEB_CONCURRENCY=1 and more WEB_THREADS.",
            id="platform.E001",
        )
    ]


@checks.register()
def check_rate_limits_enabled(app_configs, **kwargs) -> list[checks.Warning]:
    if settings.RATE_LIMITS_ENABLED:
        return []
    return [
        checks.Warning(
            "Rate limits are switched off: any caller can send any number of requests.",
            hint="Unset RATE_LIMITS_ENABLED unless this is a benchmark.",
            id="platform.W001",
        )
    ]


@checks.register()
def check_allowed_hosts(app_configs, **kwargs) -> list[checks.Error]:
    return [
        checks.Error(
            f"{name} has {entry!r}, which is no host name, IPv4 address or IPv4 "
            "network.",
            hint="Write 'hooks.internal', '10.1.2.3' or '10.2.0.0/16'.",
            id="platform.E002",
        )
        for name in ("WEBHOOK_ALLOWED_HOSTS", "BROWSER_ALLOWED_HOSTS")
        for entry in getattr(settings, name)
        if not _is_allowed_host(entry)
    ]


def _is_allowed_host(entry: str) -> bool:
    try:
        parse_allowed_host(entry)
    except ValueError:
        return False
    return True
