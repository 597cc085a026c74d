from django_filters import FilterSet
from rest_framework.exceptions import ValidationError

PAGING = {"limit", "cursor"}


class StrictFilterSet(FilterSet):
    """Refuses parameters it does not know: a misspelt filter must not list all."""

    @property
    def qs(self):
        known = self.filters.keys() | PAGING
        if unknown := self.data.keys() - known:
            message = f"Unknown parameter. Known: {', '.join(sorted(known))}."
            raise ValidationError({name: [message] for name in sorted(unknown)})
        return super().qs
