"""The fields that a template needs: `fields` of a request for a document."""

from decimal import Decimal

from babel.numbers import list_currencies
from rest_framework import serializers

from common.api.serializers import CamelCaseSerializer
from files.api.blocks import LabelField
from files.api.texts import BoundedListField, TextField

MAX_INVOICE_ITEMS = 500


class DateField(serializers.DateField):
    """`2026-11-23`, kept as that text: a job's request is JSON."""

    def to_internal_value(self, data):
        return super().to_internal_value(data).isoformat()


class AmountField(serializers.DecimalField):
    """A number without rounding: 19.9 or "19.90", kept as that text."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_digits": 15, "decimal_places": 4, **kwargs})

    def to_internal_value(self, data):
        return str(super().to_internal_value(data))

    def run_validators(self, value):
        super().run_validators(Decimal(value))


class PartySerializer(CamelCaseSerializer):
    """Who writes, or is written to."""

    name = LabelField()
    address = TextField(max_length=500, required=False)
    email = LabelField(required=False)
    phone = LabelField(required=False)
    tax_id = LabelField(required=False)


class ReportFields(CamelCaseSerializer):
    subtitle = LabelField(required=False)


class LetterFields(CamelCaseSerializer):
    sender = PartySerializer()
    recipient = PartySerializer()
    date = DateField(required=False)
    subject = LabelField(required=False)
    reference = LabelField(required=False)
    salutation = LabelField(required=False)
    closing = LabelField(required=False)
    signature = LabelField(required=False)


class MemoFields(CamelCaseSerializer):
    sender = LabelField()
    recipient = LabelField()
    subject = LabelField()
    date = DateField(required=False)
    cc = LabelField(required=False)


class ProposalFields(CamelCaseSerializer):
    client = PartySerializer()
    prepared_by = PartySerializer()
    date = DateField(required=False)
    valid_until = DateField(required=False)
    subtitle = LabelField(required=False)


class InvoiceItemSerializer(CamelCaseSerializer):
    description = TextField(max_length=1000)
    quantity = AmountField(default="1")
    unit = LabelField(max_length=20, required=False)
    unit_price = AmountField()
    tax_rate = AmountField(
        min_value=0, max_value=100, default="0", help_text="Per cent, on the price."
    )


class InvoiceFields(CamelCaseSerializer):
    number = LabelField()
    date = DateField()
    due_date = DateField(required=False)
    seller = PartySerializer()
    buyer = PartySerializer()
    currency = serializers.CharField(help_text="ISO 4217: EUR, USD.")
    items = BoundedListField(
        child=InvoiceItemSerializer(), allow_empty=False, max_length=MAX_INVOICE_ITEMS
    )
    reference = LabelField(required=False)
    payment = TextField(
        max_length=1000, required=False, help_text="How to pay: account, terms."
    )
    notes = TextField(max_length=2000, required=False)

    def validate_currency(self, code):
        if code not in list_currencies():
            raise serializers.ValidationError("Must be a currency such as EUR or USD.")
        return code


FIELDS = {
    "report": ReportFields,
    "letter": LetterFields,
    "invoice": InvoiceFields,
    "proposal": ProposalFields,
    "memo": MemoFields,
}
