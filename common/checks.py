"""System checks: settings that must fit together."""

from django.conf import settings
from django.core import checks


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
