import re

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

MAX_LIMIT = 100
DEFAULT_LIMIT = 50
PAGING = {"limit", "cursor"}
ID = re.compile(r"[a-z]+_[0-9a-z]{26}")


class NewestFirstPagination(BasePagination):
    """Pages by `limit` and `cursor`, newest first.

    Ids sort by creation, so a cursor is the last id of the page before: it holds
    whatever is added meanwhile. The view's `list_name` is the key of the list.
    """

    def paginate_queryset(self, queryset, request, view=None):
        limit = _limit(request.query_params.get("limit"))
        cursor = _cursor(request.query_params.get("cursor"))
        self.list_name = view.list_name
        self.total = _count(view, request, queryset)
        newest_first = queryset.order_by("-id")
        if cursor is not None:
            newest_first = newest_first.filter(id__lt=cursor)
        page = list(newest_first[: limit + 1])
        self.next_cursor = page[limit - 1].pk if len(page) > limit else None
        return page[:limit]

    def get_paginated_response(self, data):
        return Response(
            {
                self.list_name: data,
                "total": self.total,
                "showing": len(data),
                "nextCursor": self.next_cursor,
            }
        )

    def get_paginated_response_schema(self, schema):
        return {
            "type": "object",
            "required": [self.list_name, "total", "showing", "nextCursor"],
            "properties": {
                self.list_name: schema,
                "total": {"type": "integer", "minimum": 0},
                "showing": {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT},
                "nextCursor": {"type": "string", "nullable": True},
            },
        }

    def get_schema_operation_parameters(self, view):
        limit = {
            "type": "integer",
            "minimum": 1,
            "maximum": MAX_LIMIT,
            "default": DEFAULT_LIMIT,
        }
        cursor = {"type": "string", "pattern": f"^{ID.pattern}$"}
        return [
            {"name": "limit", "in": "query", "required": False, "schema": limit},
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "The nextCursor of the page before.",
                "schema": cursor,
            },
        ]


def _count(view, request, queryset) -> int:
    """Count the list, by the view's `count_all` where it has one and no filter is set.

    Counting a million rows takes a database half a second.
    """
    is_filtered = request.query_params.keys() - PAGING
    if is_filtered or not hasattr(view, "count_all"):
        return queryset.count()
    return view.count_all()


def _limit(given: str | None) -> int:
    if given is None:
        return DEFAULT_LIMIT
    is_number = given.isascii() and given.isdecimal() and len(given) <= 6
    if not is_number or not 1 <= int(given) <= MAX_LIMIT:
        message = f"Must be a whole number from 1 to {MAX_LIMIT}."
        raise ValidationError({"limit": [message]})
    return int(given)


def _cursor(given: str | None) -> str | None:
    if given is not None and not ID.fullmatch(given):
        message = "This is not a cursor: send the nextCursor of an earlier answer."
        raise ValidationError({"cursor": [message]})
    return given
