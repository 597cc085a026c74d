"""What a request for a PDF of a page of the web may hold."""

import re

from rest_framework import serializers

from files.api.captures import (
    CaptureOptionsSerializer,
    CaptureSerializer,
    FilledSerializer,
)
from files.api.options import LEAST_ROOM
from files.capture.paper import PAPER_SIZES, paper_of

MAX_TEMPLATE_LENGTH = 20_000
MAX_MARGIN = 80
MAX_PAGE = 9_999
_PAGES = re.compile(r"([0-9]{1,6})(?:\s*-\s*([0-9]{1,6}))?")


class PageRangesField(serializers.CharField):
    """Pages such as `1-5, 8`: in order, and each once, inside."""

    default_error_messages = {
        "unreadable": "Must be pages and ranges such as 1-5, 8.",
        "out_of_bounds": "Pages go from 1 to {limit}, and a range from its lower to "
        "its higher page.",
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=500, **kwargs)

    def to_internal_value(self, data):
        text = super().to_internal_value(data)
        ranges = sorted(map(self._range, text.split(",")))
        merged = [ranges[0]]
        for first, last in ranges[1:]:
            if first <= merged[-1][1] + 1:
                merged[-1] = merged[-1][0], max(last, merged[-1][1])
            else:
                merged.append((first, last))
        return ",".join(
            f"{first}-{last}" if first < last else f"{first}" for first, last in merged
        )

    def _range(self, part: str) -> tuple[int, int]:
        match = _PAGES.fullmatch(part.strip())
        if match is None:
            self.fail("unreadable")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= MAX_PAGE:
            self.fail("out_of_bounds", limit=MAX_PAGE)
        return first, last


class PaperMarginsSerializer(FilledSerializer):
    """In mm."""

    def get_fields(self):
        return {
            side: serializers.FloatField(min_value=0, max_value=MAX_MARGIN, default=10)
            for side in ("top", "right", "bottom", "left")
        }


class TemplateField(serializers.CharField):
    """HTML of a header or footer, into which Chromium fills what its classes name."""

    def __init__(self, **kwargs):
        limits = {"max_length": MAX_TEMPLATE_LENGTH, "allow_blank": True}
        super().__init__(required=False, trim_whitespace=False, **limits, **kwargs)


class PagePdfOptionsSerializer(CaptureOptionsSerializer):
    page_size = serializers.ChoiceField(choices=list(PAPER_SIZES), default="A4")
    orientation = serializers.ChoiceField(
        choices=["portrait", "landscape"], default="portrait"
    )
    margins = PaperMarginsSerializer(required=False)
    scale = serializers.FloatField(default=1, min_value=0.1, max_value=2)
    print_background = serializers.BooleanField(default=True)
    prefer_css_page_size = serializers.BooleanField(
        default=False, help_text="Take the size that the page's own @page names."
    )
    header_template = TemplateField(
        help_text="HTML; elements of the classes `date`, `title`, `url`, `pageNumber` "
        "and `totalPages` are filled in."
    )
    footer_template = TemplateField(help_text="As `headerTemplate`.")
    page_ranges = PageRangesField(
        required=False, help_text="Such as `1-5, 8`; all pages where not said."
    )

    def validate(self, attrs):
        width, height = paper_of(attrs)
        margins = attrs["margins"]
        room = min(
            width - margins["left"] - margins["right"],
            height - margins["top"] - margins["bottom"],
        )
        if room < LEAST_ROOM:
            message = f"Must leave {LEAST_ROOM} mm of the paper free, both ways."
            raise serializers.ValidationError({"margins": [message]})
        return super().validate(attrs)


class PagePdfSerializer(CaptureSerializer):
    options = PagePdfOptionsSerializer(required=False)
