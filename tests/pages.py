"""Pages of the web that are always the same, for benchmarks and kills."""

import random
from pathlib import Path

from PIL import Image

WORDS = ("north", "south", "revenue", "quarter", "report", "office", "margin")
SIDE = 400  # Noise cannot be compressed: such an image has 480 kB.
IMAGES = 5
SCRIPTS, FUNCTIONS = 4, 1_500  # Such a script has 150 kB.


def make_pages(folder: Path) -> None:
    """Write `light.html`, and `heavy.html` with 3 MB of images and scripts."""
    chance = random.Random(1)
    style = "body { font-family: sans-serif; margin: 40px; line-height: 1.5 }"
    (folder / "style.css").write_text(style)
    Image.new("RGB", (120, 60), "#1d4ed8").save(folder / "logo.png")
    head = "<!doctype html><meta charset=utf-8><link rel=stylesheet href=style.css>"
    light = f"{head}<title>Light</title><img src=logo.png><h1>Light</h1>"
    (folder / "light.html").write_text(light + _paragraphs(chance, 10))
    parts = [f"{head}<title>Heavy</title><h1>Heavy</h1>"]
    for number in range(IMAGES):
        noise = Image.frombytes("RGB", (SIDE, SIDE), chance.randbytes(3 * SIDE**2))
        noise.save(folder / f"noise{number}.png")
        parts += [_paragraphs(chance, 5), f"<img src=noise{number}.png width=600>"]
    for number in range(SCRIPTS):
        (folder / f"script{number}.js").write_text(_script(number))
        parts.append(f"<script src=script{number}.js></script>")
    (folder / "heavy.html").write_text("".join(parts))


def _paragraphs(chance: random.Random, count: int) -> str:
    texts = (" ".join(chance.choices(WORDS, k=80)) for _ in range(count))
    return "".join(f"<p>{text}</p>" for text in texts)


def _script(number: int) -> str:
    """Return a script that is long, and builds a little of the page."""
    functions = (
        f"function f{number}_{each}(a, b) {{ const list = [a, b, {each}]; "
        f"return list.map(x => x * {each}).reduce((x, y) => x + y, 0); }}\n"
        for each in range(FUNCTIONS)
    )
    calls = f"for (let i = 0; i < 20000; i++) f{number}_7(i, {number});\n"
    build = "document.body.append(Object.assign(document.createElement('p'), "
    return f"{''.join(functions)}{calls}{build}{{textContent: 'script {number}'}}));"
