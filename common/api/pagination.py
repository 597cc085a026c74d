from urllib.parse import parse_qs, urlsplit

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

MAX_LIMIT = 100
DEFAULT_LIMIT = 50


class NewestFirstPagination(CursorPagination):
    """Pages by `limit` and `cursor`, newest first: ids sort by creation.

    The view's `list_name` is the key of the list in the answer.
    """

    ordering = "-id"
    page_size = DEFAULT_LIMIT
    page_size_query_param = "limit"
    max_page_size = MAX_LIMIT

    def get_page_size(self, request):
        given = request.query_params.get("limit")
        if given is None:
            return self.page_size
        if not given.isascii() or not given.isdecimal() or len(given) > 6:
            raise ValidationError({"limit": [_limit_message()]})
        if not 1 <= int(given) <= self.max_page_size:
            raise ValidationError({"limit": [_limit_message()]})
        return int(given)

    def paginate_queryset(self, queryset, request, view=None):
        self.total = queryset.count()
        self.list_name = view.list_name
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request):
        try:
            return super().decode_cursor(request)
        except (NotFound, ValueError):
            message = "This is not a cursor: send the nextCursor of an earlier answer."
            raise ValidationError({"cursor": [message]}) from None

    def get_paginated_response(self, data):
        return Response(
            {
                self.list_name: data,
                "total": self.total,
                "showing": len(data),
                "nextCursor": self._next_cursor(),
            }
        )

    def _next_cursor(self) -> str | None:
        link = self.get_next_link()
        return parse_qs(urlsplit(link).query)["cursor"][0] if link else None

    def to_html(self):
        return ""

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


def _limit_message() -> str:
    return f"Must be a whole number from 1 to {MAX_LIMIT}."
