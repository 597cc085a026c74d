from django.core.management.base import BaseCommand

from files.documents.fonts import (
    BASE_FAMILIES,
    FontFile,
    font_for,
    installed_fonts,
)


class Command(BaseCommand):
    help = "Lists the fonts that documents are set in, or says which show a text."

    def add_arguments(self, parser):
        parser.add_argument("texts", nargs="*", metavar="text")

    def handle(self, *, texts, **options):
        if texts:
            for character in dict.fromkeys("".join(texts)):
                self.stdout.write(_shown_by(character))
            return
        if not installed_fonts():
            self.stdout.write(
                "No fonts were found: documents are set in PDF's own Helvetica, "
                "which has Western European letters only."
            )
            return
        families: dict[str, list[FontFile]] = {}
        for font in installed_fonts():
            families.setdefault(font.family, []).append(font)
        self._write_row("family", "styles", "characters", "role", "file")
        for family, fonts in families.items():
            styles = ", ".join(sorted({font.style for font in fonts}))
            characters = str(max(len(font.coverage) for font in fonts))
            self._write_row(family, styles, characters, _role(family), fonts[0].path)

    def _write_row(self, family, styles, characters, role, path):
        self.stdout.write(
            f"{family:34}  {characters:>10}  {role:8}  {styles:34}  {path}"
        )


def _role(family: str) -> str:
    roles = [role for role, name in BASE_FAMILIES.items() if name == family]
    return roles[0] if roles else "fallback"


def _shown_by(character: str) -> str:
    font = font_for(character)
    shown = character if character.isprintable() else " "
    name = font.family if font else "no font"
    return f"U+{ord(character):04X}  {shown}  {name}"
