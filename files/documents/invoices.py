"""What an invoice comes to: amounts without rounding errors, as the language has them.

Prices are without tax. The tax is reckoned once for each rate, on the sum of its
items, and rounded half up to what the currency has: a reader who checks the sums with
a calculator gets the same.
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.numbers import format_currency, format_decimal, get_currency_precision

from files.documents.inline import escaped
from files.documents.labels import Labels
from files.documents.model import Block, Table


def invoice_tables(fields: dict, labels: Labels, locale: Locale) -> tuple[Block, ...]:
    """Return the table of the items with their sums below."""
    money = _Money(fields["currency"], locale)
    rows, nets = [], defaultdict(Decimal)
    for item in fields["items"]:
        quantity, price = Decimal(item["quantity"]), Decimal(item["unit_price"])
        amount = money.rounded(quantity * price)
        nets[Decimal(item["tax_rate"])] += amount
        rows.append(
            (
                item["description"],
                _joined(money.number(quantity), item.get("unit")),
                money.text(price),
                f"{money.number(Decimal(item['tax_rate']))} %",
                money.text(amount),
            )
        )
    totals = _totals(nets, labels, money)
    header = (
        labels.description,
        labels.quantity,
        labels.unit_price,
        labels.tax,
        labels.amount,
    )
    table = Table(
        rows=(header, *rows, *totals),
        widths=(46, 13, 15, 10, 16),
        align=(None, "right", "right", "right", "right"),
        total_rows=len(totals),
    )
    return (table,)


def _totals(nets: dict, labels: Labels, money: "_Money") -> list[tuple]:
    taxes = {rate: money.rounded(net * rate / 100) for rate, net in nets.items()}
    subtotal = sum(nets.values())
    rows = [(labels.subtotal, "", "", "", money.text(subtotal))]
    rows += [
        (f"{labels.tax} {money.number(rate)} %", "", "", "", money.text(tax))
        for rate, tax in sorted(taxes.items())
        if rate
    ]
    total = subtotal + sum(taxes.values())
    return [*rows, (labels.total, "", "", "", money.text(total))]


class _Money:
    """Amounts of one currency, as one language writes them."""

    def __init__(self, currency: str, locale: Locale) -> None:
        self.currency = currency
        self.locale = locale
        self.step = Decimal(1).scaleb(-get_currency_precision(currency))

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.step, rounding=ROUND_HALF_UP)

    def text(self, amount: Decimal) -> str:
        """Return the amount with its currency; a price keeps its finer digits."""
        text = format_currency(
            amount, self.currency, locale=self.locale, decimal_quantization=False
        )
        return escaped(text)

    def number(self, number: Decimal) -> str:
        return format_decimal(number, locale=self.locale, decimal_quantization=False)


def _joined(number: str, unit: str | None) -> str:
    return escaped(f"{number} {unit}") if unit else number
