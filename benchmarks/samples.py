"""What the benchmarks have made: the bodies of requests."""

SENTENCE = (
    "The quarter closed better than planned: revenue rose in every region, costs "
    "stayed flat, and the order book now covers seven months of work. "
)
MARGINS = {"top": 18, "bottom": 15}  # By which the last rows stay on the second page.
REGIONS = ("North", "East", "South", "West")


def two_page_report() -> dict:
    """Return a document: headings, text, lists and a table, on two pages."""
    return {
        "title": "Quarterly report",
        "content": _two_pages(),
        "metadata": {"author": "Ada Lovelace", "date": "2026-11-23"},
        "options": {"margins": MARGINS},
    }


def hundred_page_report() -> dict:
    """Return a document of fifty parts with two pages each."""
    content = _two_pages(" 1")
    for part in range(2, 51):
        content.append({"type": "page-break"})
        content.extend(_two_pages(f" {part}"))
    return {
        "title": "The first fifty quarters",
        "content": content,
        "metadata": {"author": "Ada Lovelace", "date": "2026-11-23"},
        "options": {"margins": MARGINS},
    }


def ten_thousand_rows() -> list[list]:
    """Return the rows of a table with four columns, the header first."""
    rows = [
        [f"2026-{1 + n % 12:02}-{1 + n % 28:02}", f"Order {n:05}", n % 97, n + 0.25]
        for n in range(1, 10_001)
    ]
    return [["Date", "Order", "Pieces", "Amount"], *rows]


def thousand_by_ten() -> list[list]:
    """Return the rows of a table with ten columns, the header first."""
    rows = [
        [
            n,
            f"customer{n}@example.com",
            f"Customer, {n}",
            REGIONS[n % 4],
            n + 0.25,
            f"2026-{1 + n % 12:02}-{1 + n % 28:02}",
            n % 97,
            "on plan" if n % 3 else 'said "later"',
            f"Order {n:05}",
            n * 100,
        ]
        for n in range(1, 1_001)
    ]
    head = ["Id", "Email", "Name", "Region", "Price", "Date", "Pieces", "State"]
    return [[*head, "Order", "Stock"], *rows]


def document_of(rows: list[list]) -> dict:
    """Return the body of a request for a document that is a table."""
    return {"title": "All orders", "content": [{"type": "table", "rows": rows}]}


def table_of(rows: list[list]) -> dict:
    """Return the body of a request for a CSV file or a workbook."""
    titles, *rows = rows
    ids = [title.lower() for title in titles]
    return {
        "headers": [
            {"id": id_, "title": title} for id_, title in zip(ids, titles, strict=True)
        ],
        "rows": [dict(zip(ids, row, strict=True)) for row in rows],
    }


def _two_pages(number: str = "") -> list[dict]:
    """Return the blocks of a report; the number is part of the chapters' names."""
    content = []
    for name in ("Summary", "Results", "Outlook"):
        chapter = f"{name}{number}"
        content.append({"type": "heading", "text": chapter})
        content.extend({"type": "paragraph", "text": SENTENCE * 3} for _ in range(2))
        content.append({"type": "heading", "level": 2, "text": f"{chapter} in points"})
        content.append({"type": "list", "items": [SENTENCE] * 3})
    rows = [[f"Region {n}", n * 120, n + 0.5, "on plan"] for n in range(1, 13)]
    content.append(
        {"type": "table", "rows": [["Region", "Revenue", "Growth", "State"], *rows]}
    )
    return content
