"""Describes the envelope, the errors and the limits in the OpenAPI schema."""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.permissions import AllowAny

from common.api.errors import TYPE_BY_STATUS
from common.api.renderers import EnvelopeRenderer
from common.api.throttling import scope_of

ERROR = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {
            "type": "object",
            "required": ["type", "message", "requestId"],
            "properties": {
                "type": {"type": "string", "example": "VALIDATION_ERROR"},
                "message": {"type": "string"},
                "details": {
                    "type": "object",
                    "description": "Field → what is wrong with it.",
                    "additionalProperties": {
                        "type": "array",
                        "items": {"type": "string"},
                    },
                },
                "retryAfter": {"type": "integer", "description": "Seconds."},
                "requestId": {"type": "string"},
            },
        },
    },
}


class EnvelopeSchema(AutoSchema):
    """DRF's views as drf-spectacular sees them, inside our envelope.

    A view's `error_codes` maps an action to the errors that only it answers.
    """

    def map_renderers(self, attribute):
        return ["application/json"]

    def _get_paginator(self):
        paginator = super()._get_paginator()
        if paginator is not None:
            paginator.list_name = getattr(self.view, "list_name", "items")
        return paginator

    def _get_response_for_code(self, serializer, status_code, *args, **kwargs):
        response = super()._get_response_for_code(
            serializer, status_code, *args, **kwargs
        )
        content = response.get("content", {}).get("application/json")
        is_enveloped = EnvelopeRenderer in self.view.renderer_classes
        if content and is_enveloped and status_code.startswith("2"):
            content["schema"] = {
                "type": "object",
                "required": ["success", "data"],
                "properties": {
                    "success": {"type": "boolean", "enum": [True]},
                    "data": content["schema"],
                },
            }
        return response

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for code in sorted(self._error_codes()):
            bodies[str(code)] = {
                "content": {"application/json": {"schema": self._error_schema()}},
                "description": TYPE_BY_STATUS[code],
            }
        return bodies

    def _error_codes(self) -> set[int]:
        if EnvelopeRenderer not in self.view.renderer_classes:
            return set()
        action = getattr(self.view, "action", None) or self.method.lower()
        codes = {500, *getattr(self.view, "error_codes", {}).get(action, ())}
        if self.method in ("POST", "PUT", "PATCH"):
            codes |= {400, 413, 415}
        if not _is_public(self.view):
            codes |= {401, 403}
        if "{" in self.path:
            codes.add(404)
        if scope_of(self.view.request, self.view):
            codes.add(429)
        return codes

    def _error_schema(self) -> dict:
        component = ResolvedComponent(
            name="Error", type=ResolvedComponent.SCHEMA, schema=ERROR, object="Error"
        )
        self.registry.register_on_missing(component)
        return component.ref


def _is_public(view) -> bool:
    return all(isinstance(item, AllowAny) for item in view.get_permissions())
