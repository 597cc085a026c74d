"""The documents that the benchmarks have made."""

SENTENCE = (
    "The quarter closed better than planned: revenue rose in every region, costs "
    "stayed flat, and the order book now covers seven months of work. "
)


def two_page_report() -> dict:
    """Return the body of a request: headings, text, lists and a table, on two pages."""
    content = []
    for chapter in ("Summary", "Results", "Outlook"):
        content.append({"type": "heading", "text": chapter})
        content.extend({"type": "paragraph", "text": SENTENCE * 3} for _ in range(2))
        content.append({"type": "heading", "level": 2, "text": f"{chapter} in points"})
        content.append({"type": "list", "items": [SENTENCE] * 3})
    rows = [[f"Region {n}", n * 120, n * 1.5, "on plan"] for n in range(1, 13)]
    content.append(
        {"type": "table", "rows": [["Region", "Revenue", "Growth", "State"], *rows]}
    )
    return {
        "title": "Quarterly report",
        "content": content,
        "metadata": {"author": "Ada Lovelace", "date": "2026-11-23"},
    }
