"""Merges what clients send into the free-form objects that they keep here."""

import json

from django.db import models, transaction

from common.exceptions import ApplicationError, NotFound

MAX_FREE_FORM_BYTES = 16_384


def json_size(value) -> int:
    """Return how many bytes of JSON the value takes, in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False).encode())


def merge_patch(target: dict, patch: dict) -> dict:
    """Return `target` changed by `patch` as RFC 7396 has it: null removes a key."""
    merged = dict(target)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            old = merged.get(key)
            merged[key] = merge_patch(old if isinstance(old, dict) else {}, value)
        else:
            merged[key] = value
    return merged


@transaction.atomic
def merge_into(instance: models.Model, **patches: dict) -> None:
    """Merge each patch into the JSON field of its name, under the row's lock.

    Raises NotFound where the row is gone, and ApplicationError where the merged
    object is larger than 16 KiB.
    """
    if not patches:
        return
    rows = type(instance).objects.select_for_update()
    locked = rows.filter(pk=instance.pk).first()
    if locked is None:
        raise NotFound
    for name, patch in patches.items():
        merged = merge_patch(getattr(locked, name), patch)
        if json_size(merged) > MAX_FREE_FORM_BYTES:
            message = f"Would be over {MAX_FREE_FORM_BYTES} bytes once merged."
            raise ApplicationError(
                "The request is not valid.", details={name: [message]}
            )
        setattr(instance, name, merged)
    instance.save(update_fields=list(patches))
