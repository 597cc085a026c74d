"""Prints what was measured, a row at a time."""

FIRST_WIDTH = 34


class Table:
    """Has a column for what is measured, and others of so many characters."""

    def __init__(self, what: str, columns: dict[str, int]) -> None:
        self.widths = list(columns.values())
        self.print_row(what, *columns)

    def print_row(self, what: str, *cells: str) -> None:
        fitted = (
            f"{cell:>{width}}" for cell, width in zip(cells, self.widths, strict=True)
        )
        print(f"{what:{FIRST_WIDTH}}{''.join(fitted)}", flush=True)


class FiguresToBeat(Table):
    def __init__(self) -> None:
        columns = {"measured": 12, "unit": 8, "to beat": 9, "ratio": 8}
        super().__init__("what", columns)

    def add(
        self,
        what: str,
        value: float,
        unit: str,
        to_beat: float | None = None,
        *,
        lower: bool = False,
    ) -> None:
        """Print a row; a ratio above 1 beats the figure."""
        cells = [f"{value:,.1f}", unit, "", ""]
        if to_beat:
            cells[2] = f"{to_beat:,}"
            cells[3] = ratio(value, to_beat, lower=lower)
        self.print_row(what, *cells)


def ratio(ours: float, other: float, *, lower: bool = False) -> str:
    """Return how many times better ours is: more, or less where lower is better."""
    return f"{other / ours if lower else ours / other:.2f}"
