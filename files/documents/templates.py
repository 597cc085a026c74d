"""What makes a report, a letter, an invoice, a proposal and a memo of a document.

Each function gets a Draft, whose `fields` its serializer has validated, and returns it
with the blocks, the cover and the theme that the template has.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from babel import Locale
from babel.dates import format_date

from files.documents.inline import escaped
from files.documents.invoices import invoice_tables
from files.documents.labels import Labels
from files.documents.model import (
    Block,
    Columns,
    Cover,
    Heading,
    KeyValues,
    Opening,
    Page,
    Paragraph,
    Space,
    Theme,
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A document on its way from the request to the page."""

    title: str  # May be missing: "".
    body: tuple[Block, ...]
    fields: dict
    metadata: dict[str, str]
    locale: Locale
    labels: Labels
    today: date
    # What the template says:
    blocks: tuple[Block, ...] = ()
    cover: Cover | None = None
    page: Page = field(default_factory=Page)
    theme: Theme = field(default_factory=Theme)
    header: str = ""
    footer: str = ""

    def day(self, name: str = "date", *, default: bool = True) -> str:
        """Return the date of that field as its language writes it, else today's."""
        value = self.fields.get(name)
        if not value and not default:
            return ""
        day = date.fromisoformat(value) if value else self.today
        return format_date(day, "long", locale=self.locale)

    def label_version(self) -> str:
        version = self.metadata.get("version")
        return f"{self.labels.version} {version}" if version else ""


def report(draft: Draft) -> Draft:
    meta = draft.metadata
    facts = [meta.get("author"), meta.get("date"), draft.label_version()]
    subtitle = draft.fields.get("subtitle") or meta.get("description", "")
    opening = Opening(
        title=draft.title, subtitle=subtitle, facts="  ·  ".join(filter(None, facts))
    )
    cover = Cover(
        title=draft.title,
        subtitle=subtitle,
        facts=_pairs(
            (draft.labels.author, meta.get("author")),
            (draft.labels.date, meta.get("date")),
            (draft.labels.version, meta.get("version")),
        ),
    )
    has_opening = opening != Opening(title="")
    return replace(
        draft,
        cover=cover,
        blocks=((opening,) if has_opening else ()) + draft.body,
        header=draft.title,
        footer=draft.labels.page,
    )


def letter(draft: Draft) -> Draft:
    fields, labels = draft.fields, draft.labels
    subject = fields.get("subject") or draft.title
    signature = _texts(fields.get("signature"))
    blocks = (
        Columns(
            columns=(
                (Space(height=18), *_party(fields["recipient"], labels=labels)),
                _party(fields["sender"], labels=labels, is_small=True),
            ),
            shares=(0.6, 0.4),
        ),
        Space(height=12),
        Paragraph(text=escaped(draft.day())),
        *_labelled(labels.reference, fields.get("reference")),
        Space(height=4),
        *([Heading(text=escaped(subject), level=1)] if subject else []),
        *_texts(fields.get("salutation")),
        *draft.body,
        *_texts(fields.get("closing")),
        *([Space(height=14), *signature] if signature else []),
    )
    theme = Theme(text_size=10.5, heading_sizes=(13, 12, 11, 10.5, 10.5, 10.5))
    page = replace(draft.page, left=25, top=25)
    return replace(draft, blocks=blocks, theme=theme, page=page, footer=labels.page)


def memo(draft: Draft) -> Draft:
    fields, labels = draft.fields, draft.labels
    facts = _pairs(
        (labels.recipient, fields["recipient"]),
        (labels.sender, fields["sender"]),
        (labels.cc, fields.get("cc")),
        (labels.date, draft.day()),
        (labels.subject, fields["subject"]),
    )
    blocks = (
        Opening(title=draft.title or fields["subject"], kicker=labels.memo),
        KeyValues(items=tuple((key, escaped(value)) for key, value in facts)),
        Space(height=4),
        *draft.body,
    )
    return replace(draft, blocks=blocks, theme=Theme(title_size=20), footer=labels.page)


def proposal(draft: Draft) -> Draft:
    fields, labels = draft.fields, draft.labels
    title = draft.title or labels.proposal
    cover = Cover(
        title=title,
        subtitle=fields.get("subtitle", ""),
        facts=_pairs(
            (labels.client, fields["client"]["name"]),
            (labels.prepared_by, fields["prepared_by"]["name"]),
            (labels.date, draft.day()),
            (labels.valid_until, draft.day("valid_until", default=False)),
        ),
    )
    parties = Columns(
        columns=(
            (_label(labels.client), *_party(fields["client"], labels=labels)),
            (_label(labels.prepared_by), *_party(fields["prepared_by"], labels=labels)),
        ),
        shares=(0.5, 0.5),
    )
    return replace(
        draft,
        cover=cover,
        blocks=(
            Opening(title=title, kicker=labels.proposal, facts=draft.day()),
            parties,
            Space(height=6),
            *draft.body,
        ),
        theme=Theme(title_size=26, heading_sizes=(18, 14, 12, 11, 10, 10)),
        header=title,
        footer=f"{fields['prepared_by']['name']}  ·  {labels.page}",
    )


def invoice(draft: Draft) -> Draft:
    fields, labels = draft.fields, draft.labels
    facts = _pairs(
        (labels.number, fields["number"]),
        (labels.date, draft.day()),
        (labels.due_date, draft.day("due_date", default=False)),
        (labels.reference, fields.get("reference")),
    )
    blocks = (
        Columns(
            columns=(
                (Opening(title=draft.title or labels.invoice, kicker=""),),
                _party(fields["seller"], labels=labels, is_small=True),
            ),
            shares=(0.6, 0.4),
        ),
        Space(height=6),
        Columns(
            columns=(
                (_label(labels.recipient), *_party(fields["buyer"], labels=labels)),
                (KeyValues(items=tuple((key, escaped(text)) for key, text in facts)),),
            ),
            shares=(0.55, 0.45),
        ),
        Space(height=6),
        *invoice_tables(fields, labels, draft.locale),
        *draft.body,
        *_section(labels.payment, fields.get("payment")),
        *_texts(fields.get("notes"), style="small"),
    )
    footer = f"{fields['seller']['name']}  ·  {labels.page}"
    header = f"{labels.invoice} {fields['number']}"
    theme = Theme(has_title_rule=False)
    return replace(draft, blocks=blocks, theme=theme, header=header, footer=footer)


TEMPLATES: dict[str, Callable[[Draft], Draft]] = {
    "report": report,
    "letter": letter,
    "invoice": invoice,
    "proposal": proposal,
    "memo": memo,
}
WITH_COVER = {"proposal"}


def _pairs(*pairs: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in pairs if value)


def _party(party: dict, *, labels: Labels, is_small: bool = False) -> tuple[Block, ...]:
    """Return the name and the address of who writes or is written to."""
    lines = [f"**{escaped(party['name'].strip())}**"]
    lines += [
        escaped(party[key]) for key in ("address", "email", "phone") if party.get(key)
    ]
    if party.get("tax_id"):
        lines.append(escaped(f"{labels.tax_id}: {party['tax_id']}"))
    style = "small" if is_small else "body"
    return (Paragraph(text="\n".join(lines), style=style),)


def _label(text: str) -> Paragraph:
    return Paragraph(text=escaped(text), style="small")


def _labelled(label: str, text: str | None) -> tuple[Block, ...]:
    return (_label(f"{label}: {text}"),) if text else ()


def _section(label: str, text: str | None) -> tuple[Block, ...]:
    return (Heading(text=escaped(label), level=3), *_texts(text)) if text else ()


def _texts(text: str | None, *, style: str = "body") -> tuple[Block, ...]:
    return (Paragraph(text=escaped(text), style=style),) if text else ()
