from dataclasses import replace

import pytest
from django.test import SimpleTestCase

from files.documents.colours import palette
from files.documents.model import Chart, Series
from files.documents.pdf.scales import scale_of, write_number
from files.tests.hostile import HOSTILE_TEXTS
from files.tests.reading import has_colour, image_of, is_sound, pdf_of, words_of

SALES = Chart(
    kind="bar",
    title="Sales",
    unit="kEUR",
    labels=("Q1", "Q2", "Q3"),
    series=(
        Series(name="North", values=(10, 20, 30)),
        Series(name="South", values=(5, None, -15)),
    ),
)
ODD_VALUES = {
    "zero": (0, 0),
    "negative": (-5, -10),
    "both signs": (-5, 10),
    "equal": (7, 7),
    "equal and negative": (-7, -7),
    "gaps": (None, 3),
    "only gaps": (None, None),
    "huge": (1e300, -1e300),
    "largest": (1.7e308, 1.7e308),
    "tiny": (1e-300, 2e-300),
    "close": (1_000_000.001, 1_000_000.002),
    "as close as can be": (1e15, 1e15 - 0.125),
    "not finite": (float("nan"), float("inf")),
}


def chart_of(kind, *values, labels=None, **fields):
    labels = labels or [f"L{n}" for n in range(len(values[0]))]
    series = [Series(name=f"S{n}", values=tuple(v)) for n, v in enumerate(values)]
    return Chart(kind=kind, labels=tuple(labels), series=tuple(series), **fields)


@pytest.mark.live
class PdfChartTests(SimpleTestCase):
    def test_shows_title_unit_legend_and_labels(self):
        for kind in ("bar", "line"):
            with self.subTest(kind):
                words = words_of(pdf_of(replace(SALES, kind=kind))).split()

                for word in ("Sales", "kEUR", "North", "South", "Q1", "Q2", "Q3", "30"):
                    assert word in words

    def test_shows_shares_of_a_pie(self):
        pie = chart_of("pie", (3, 1), labels=("Much", "Little"), unit="t")

        words = words_of(pdf_of(pie))

        assert "Much 3 t (75%)" in words
        assert "Little 1 t (25%)" in words

    def test_draws_in_the_accent_colour(self):
        for kind in ("bar", "line", "pie"):
            with self.subTest(kind):
                chart = chart_of(kind, (1, 2, 3))

                image = image_of(pdf_of(chart, accent="#ff00ff"), 1, 150)

                assert has_colour(image, (255, 0, 255))

    def test_stacks_bars_when_told(self):
        images = [
            image_of(pdf_of(replace(SALES, is_stacked=is_stacked)))
            for is_stacked in (False, True)
        ]

        assert images[0].tobytes() != images[1].tobytes()

    def test_draws_odd_values(self):
        for kind in ("bar", "line"):
            for name, values in ODD_VALUES.items():
                with self.subTest(f"{kind} {name}"):
                    charts = [
                        chart_of(kind, values, values, is_stacked=is_stacked)
                        for is_stacked in (False, True)
                    ]
                    assert is_sound(pdf_of(*charts))

    def test_draws_pies_of_odd_values(self):
        for name, values in ODD_VALUES.items():
            with self.subTest(name):
                assert is_sound(pdf_of(chart_of("pie", values)))

    def test_draws_a_pie_of_one_slice(self):
        assert "100%" in words_of(pdf_of(chart_of("pie", (5,), height=80)))

    def test_leaves_out_labels_that_have_no_room(self):
        line = chart_of("line", range(500))

        shown = words_of(pdf_of(line)).split()

        assert "L0" in shown
        assert 10 < sum(word.startswith("L") for word in shown) < 100

    def test_draws_many_series_and_slices(self):
        values = [range(20)] * 30

        assert is_sound(pdf_of(chart_of("bar", *values), chart_of("line", *values)))
        assert "+ " in words_of(pdf_of(chart_of("pie", range(60))))

    def test_draws_very_high_and_very_low_charts(self):
        for height in (1, 15, 5_000):
            for kind in ("bar", "pie"):
                with self.subTest(f"{kind} {height}"):
                    assert is_sound(pdf_of(chart_of(kind, (1, 2), height=height)))

    def test_shows_texts_of_any_script_as_they_are(self):
        for name, text in {**HOSTILE_TEXTS, "Hebrew": "שלום", "long": "W" * 99}.items():
            with self.subTest(name):
                for kind in ("bar", "pie"):
                    series = (Series(name=text, values=(1, 2)),) * 2
                    chart = Chart(kind=kind, labels=(text, text), series=series)
                    assert is_sound(pdf_of(replace(chart, title=text, unit=text)))

    def test_writes_numbers_as_the_language_does(self):
        chart = chart_of("bar", (1_500, 2_500))

        assert "1,500" in words_of(pdf_of(chart, language="en"))
        assert "1.500" in words_of(pdf_of(chart, language="de"))
        assert "1,500" in words_of(pdf_of(chart, language="x-unknown"))


class ScaleTests(SimpleTestCase):
    def test_has_round_steps_that_hold_all_values(self):
        for values in ((0, 97), (-3, 41), (0.001, 0.0042), (1e9, 3.3e9)):
            with self.subTest(values):
                scale = scale_of(values, from_zero=True)

                assert scale.low <= min(values)
                assert scale.high >= max(values)
                assert 3 <= len(scale.ticks) <= 9

    def test_begins_bars_at_zero(self):
        assert scale_of([99, 100], from_zero=True).low == 0

    def test_shows_how_lines_differ(self):
        assert scale_of([99, 100], from_zero=False).low > 90

    def test_writes_as_many_decimals_as_steps_need(self):
        assert write_number(0.25, "en", 0.25) == "0.25"
        assert write_number(20, "en", 20) == "20"
        assert write_number(2_500_000, "en", 500_000) == "2.5M"

    def test_gives_neighbours_different_colours(self):
        for accent in ("#1d4ed8", "#000000", "#ffffff", "#777777"):
            with self.subTest(accent):
                colours = palette(accent, 8)

                assert colours[0] == accent
                assert len(set(colours)) == 8
