import django_filters

from common.api.filters import StrictFilterSet, UTCDateTimeFilter
from jobs.models import Job


class JobFilterSet(StrictFilterSet):
    status = django_filters.ChoiceFilter(choices=Job.Status.choices)
    type = django_filters.CharFilter()
    kind = django_filters.CharFilter()
    since = UTCDateTimeFilter(
        field_name="created_at", lookup_expr="gte", help_text="ISO 8601"
    )
    userId = django_filters.CharFilter(  # noqa: N815  The contract's name.
        field_name="owner_id", help_text="Operators see all users' jobs."
    )

    class Meta:
        model = Job
        fields = []
