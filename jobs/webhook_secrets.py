"""The secrets by which users know that a webhook comes from here.

Each is derived from SECRET_KEY, so neither the database nor a backup holds it; a new
SECRET_KEY makes new ones.
"""

import base64
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from jobs.models import WebhookKey

# A secret that was rotated still signs for a day, beside the new one.
OLD_SECRET_LIFETIME = timedelta(hours=24)


def secrets_of(user: User) -> list[str]:
    """Return the secrets that sign the user's webhooks now, the newest first.

    As Standard Webhooks writes them: `whsec_` and 32 bytes in base64.
    """
    key = WebhookKey.objects.filter(user=user).first() or WebhookKey(user=user)
    versions = [key.version]
    if key.rotated_at and timezone.now() - key.rotated_at < OLD_SECRET_LIFETIME:
        versions.append(key.version - 1)
    return [_secret(user, version) for version in versions]


@transaction.atomic
def rotate_secret(user: User) -> str:
    """Give the user a new secret and return it; the old one signs for another day."""
    WebhookKey.objects.get_or_create(user=user)
    key = WebhookKey.objects.select_for_update().get(user=user)
    key.version += 1
    key.rotated_at = timezone.now()
    key.save()
    return _secret(user, key.version)


def _secret(user: User, version: int) -> str:
    digest = salted_hmac("jobs.webhooks", f"{user.pk} {version}", algorithm="sha256")
    return "whsec_" + base64.b64encode(digest.digest()).decode()
