"""The settings of a file: that it is one of today's Word, with all that this can do."""

from functools import cache

from files.documents.docx.elements import add, root, serialized

_WORD = "http://schemas.microsoft.com/office/word"
_TODAY = 15  # With less Word says "compatibility mode".


@cache
def settings_xml() -> bytes:
    settings = root("settings")
    add(settings, "zoom", percent=100)
    add(settings, "defaultTabStop", val=720)
    add(settings, "characterSpacingControl", val="doNotCompress")
    compatibility = add(settings, "compat")
    for name, value in (
        ("compatibilityMode", _TODAY),
        ("overrideTableStyleFontSizeAndJustification", 1),
        ("enableOpenTypeFeatures", 1),
        ("doNotFlipMirrorIndents", 1),
        ("differentiateMultirowTableHeaders", 1),
    ):
        add(compatibility, "compatSetting", name=name, uri=_WORD, val=value)
    add(settings, "decimalSymbol", val=".")
    add(settings, "listSeparator", val=",")
    return serialized(settings)
