"""The words that the platform itself writes into documents, by language."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale


@dataclass(frozen=True, kw_only=True)
class Labels:
    page: str  # With {page} and {pages} in it.
    contents: str
    date: str
    version: str
    author: str
    sender: str
    recipient: str
    cc: str
    subject: str
    reference: str
    invoice: str
    number: str
    due_date: str
    tax_id: str
    description: str
    quantity: str
    unit_price: str
    amount: str
    subtotal: str
    tax: str
    total: str
    payment: str
    memo: str
    proposal: str
    client: str
    prepared_by: str
    valid_until: str
    yes: str
    no: str
    note: str
    tip: str
    warning: str
    danger: str


@cache
def _all_labels() -> dict[str, Labels]:
    """Read labels.json, which has each language under its code."""
    text = Path(__file__).with_name("labels.json").read_text(encoding="utf-8")
    return {code: Labels(**words) for code, words in json.loads(text).items()}


def labels_for(locale: Locale) -> Labels:
    """Return the labels in the locale's language, in English where there are none."""
    known = _all_labels()
    return known.get(locale.language, known["en"])
