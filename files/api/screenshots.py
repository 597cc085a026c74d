"""What a request for a picture of a page of the web may hold."""

from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer
from files.api.captures import (
    CaptureOptionsSerializer,
    CaptureSerializer,
    SelectorField,
)
from files.capture.limits import MAX_PIXELS, MAX_SIDE


class ClipSerializer(CamelCaseSerializer):
    """A part of the page, in CSS pixels from its top left corner."""

    x = serializers.FloatField(min_value=0, max_value=MAX_SIDE)
    y = serializers.FloatField(min_value=0, max_value=MAX_SIDE)
    width = serializers.FloatField(min_value=1, max_value=MAX_SIDE)
    height = serializers.FloatField(min_value=1, max_value=MAX_SIDE)

    def validate(self, attrs):
        for start, length in (("x", "width"), ("y", "height")):
            if attrs[start] + attrs[length] > MAX_SIDE:
                message = f"Must end within {MAX_SIDE} px of the page's start."
                raise serializers.ValidationError({length: [message]})
        return attrs


class ScreenshotOptionsSerializer(CaptureOptionsSerializer):
    full_page = serializers.BooleanField(
        default=False,
        help_text=f"The whole page rather than the viewport, {MAX_SIDE} px at most.",
    )
    clip = ClipSerializer(required=False)
    format = serializers.ChoiceField(choices=["png", "jpeg", "webp"], default="png")
    quality = serializers.IntegerField(
        required=False, min_value=1, max_value=100, help_text="Of jpeg and webp."
    )
    device_scale_factor = serializers.FloatField(default=1, min_value=0.5, max_value=3)
    omit_background = serializers.BooleanField(
        default=False,
        help_text="See through where the page has no background; not with jpeg.",
    )

    def validate(self, attrs):
        if "quality" in attrs and attrs["format"] == "png":
            message = "Goes with jpeg and webp only: png loses nothing."
            raise serializers.ValidationError({"quality": [message]})
        if attrs["omit_background"] and attrs["format"] == "jpeg":
            message = "Goes with png and webp only: jpeg cannot be transparent."
            raise serializers.ValidationError({"omitBackground": [message]})
        if attrs["full_page"] and "clip" in attrs:
            message = "Send either fullPage or clip."
            raise serializers.ValidationError({"clip": [message]})
        return super().validate(attrs)


class ScreenshotSerializer(CaptureSerializer):
    selector = SelectorField(
        required=False, help_text="Show the first element that matches, and no more."
    )
    options = ScreenshotOptionsSerializer(required=False)

    def validate(self, attrs):
        options = attrs["options"]
        if "selector" in attrs and (options["full_page"] or "clip" in options):
            message = "Send one of selector, options.fullPage and options.clip."
            raise serializers.ValidationError({"selector": [message]})
        scale = options["device_scale_factor"]
        if _pixels(attrs["viewport"], scale) > MAX_PIXELS:
            raise serializers.ValidationError({"viewport": [_too_many_pixels()]})
        if message := _fault_of(options.get("clip"), scale):
            raise serializers.ValidationError({"options": {"clip": [message]}})
        return super().validate(attrs)


def _fault_of(clip: dict | None, scale: float) -> str | None:
    if clip is None:
        return None
    if max(clip["width"], clip["height"]) * scale > MAX_SIDE:
        return (
            f"Must be at most {MAX_SIDE} px of the picture: width and height, times "
            "options.deviceScaleFactor."
        )
    if _pixels(clip, scale) > MAX_PIXELS:
        return _too_many_pixels()
    return None


def _pixels(area: dict, scale: float) -> float:
    return area["width"] * area["height"] * scale**2


def _too_many_pixels() -> str:
    return (
        f"Must have at most {MAX_PIXELS} pixels: width times height, times the square "
        "of options.deviceScaleFactor."
    )
