from datetime import UTC

from django import forms
from django_filters import FilterSet, IsoDateTimeFilter
from django_filters.fields import IsoDateTimeField
from rest_framework.exceptions import ValidationError

from common.api.pagination import PAGING


class UTCDateTimeField(IsoDateTimeField):
    def clean(self, value):
        moment = super().clean(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise forms.ValidationError("Must be a date and time in UTC.") from None


class UTCDateTimeFilter(IsoDateTimeFilter):
    """ISO 8601; refuses what would leave the calendar when turned to UTC."""

    field_class = UTCDateTimeField


class StrictFilterSet(FilterSet):
    """Refuses parameters it does not know: a misspelt filter must not list all."""

    @property
    def qs(self):
        known = self.filters.keys() | PAGING
        if unknown := self.data.keys() - known:
            message = f"Unknown parameter. Known: {', '.join(sorted(known))}."
            raise ValidationError({name: [message] for name in sorted(unknown)})
        return super().qs
