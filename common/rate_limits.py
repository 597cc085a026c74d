"""Counts requests per caller over django-ratelimit."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django_ratelimit.core import get_usage

from common.client_address import client_network

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Usage:
    limit: int
    count: int
    reset_seconds: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.count)

    @property
    def is_exceeded(self) -> bool:
        return self.count > self.limit


def count_caller(*, scope: str, caller: str) -> Usage | None:
    """Count one more request of `caller` in `scope`, a key of RATE_LIMITS.

    Returns None where nothing is counted: limits are switched off, or the cache
    cannot be reached, since a platform without Redis for a minute should rather
    answer than refuse.
    """
    if not settings.RATE_LIMITS_ENABLED:
        return None
    try:
        usage = get_usage(
            None,  # The request is looked at for its method only, and all count.
            group=scope,
            key=lambda group, request: caller,
            rate=settings.RATE_LIMITS[scope],
            increment=True,
        )
    except redis_error():
        logger.exception("Rate limits are not counted: check REDIS_URL and the server")
        return None
    if usage["time_left"] < 0:
        return None  # The cache lost the count between two of its commands.
    return Usage(
        limit=usage["limit"],
        count=usage["count"],
        reset_seconds=max(1, usage["time_left"]),
    )


def redis_error() -> type[Exception]:
    """Return what the cache raises when Redis cannot be reached.

    Found when it is needed: the client takes 9 MB, and most have no Redis.
    """
    return import_string("redis.exceptions.RedisError")


def caller_of(request: HttpRequest, user) -> str:
    """Return what a limit is counted by: the user when signed in, else the network."""
    if user is not None and user.is_authenticated:
        return user.pk
    return client_network(request)
