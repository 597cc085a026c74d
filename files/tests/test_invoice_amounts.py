from decimal import Decimal

from babel import Locale
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from files.documents.inline import plain
from files.documents.invoices import invoice_tables
from files.documents.labels import labels_for


def item(unit_price, quantity="1", tax_rate="0", **fields):
    return {
        "description": "Work",
        "unit_price": unit_price,
        "quantity": quantity,
        "tax_rate": tax_rate,
        **fields,
    }


def rows_of(*items, currency="EUR", language="en"):
    locale = Locale.parse(language)
    fields = {"currency": currency, "items": items}
    [table] = invoice_tables(fields, labels_for(locale), locale)
    return [[plain(cell) for cell in row] for row in table.rows]


def totals_of(*items, **options):
    rows = rows_of(*items, **options)[1 + len(items) :]
    return {row[0]: row[-1] for row in rows}


class InvoiceAmountTests(SimpleTestCase):
    def test_multiplies_and_adds_up(self):
        totals = totals_of(item("19.99", "3"), item("0.03"))

        assert totals == {"Subtotal": "€60.00", "Total": "€60.00"}

    def test_taxes_each_rate_on_its_sum(self):
        # 3 x 0.05 at 10 % is 0.015: 0.02, where three roundings would make 0.03.
        items = [item("0.05", tax_rate="10")] * 3

        totals = totals_of(*items, item("100", tax_rate="19"))

        assert totals == {
            "Subtotal": "€100.15",
            "Tax 10 %": "€0.02",
            "Tax 19 %": "€19.00",
            "Total": "€119.17",
        }

    def test_rounds_half_up(self):
        assert totals_of(item("0.005"))["Total"] == "€0.01"
        assert totals_of(item("0.125"))["Total"] == "€0.13"

    def test_has_a_discount_as_a_negative_price(self):
        assert totals_of(item("100"), item("-10.50"))["Total"] == "€89.50"

    def test_has_the_digits_of_the_currency(self):
        assert totals_of(item("1234.5"), currency="JPY")["Total"] == "¥1,235"
        assert totals_of(item("1.2345"), currency="KWD")["Total"] == "KWD1.235"

    def test_keeps_a_price_finer_than_the_currency(self):
        row = rows_of(item("0.0125", "1000"))[1]

        assert row[2] == "€0.0125"
        assert row[4] == "€12.50"

    def test_writes_amounts_as_the_language_does(self):
        rows = rows_of(item("1234.5", "2.5", unit="h"), language="de")

        assert rows[1] == ["Work", "2,5 h", "1.234,50 €", "0 %", "3.086,25 €"]
        assert rows[-1][0] == "Gesamtbetrag"

    @given(
        st.lists(
            st.tuples(
                st.decimals("-99999", "99999", places=4),
                st.decimals("0", "999", places=4),
                st.sampled_from(["0", "7", "19", "8.1"]),
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_shows_sums_that_add_up(self, lines):
        items = [item(str(price), str(count), rate) for price, count, rate in lines]

        totals = totals_of(*items)

        amounts = [
            Decimal(text.replace("€", "").replace(",", "")) for text in totals.values()
        ]
        assert sum(amounts[:-1]) == amounts[-1]
