from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer


class EnvelopeRenderer(JSONRenderer):
    """Wraps what a view returns as `{"success": true, "data": …}`.

    Errors come from `common.api.errors` in their envelope already.
    """

    def render(self, data, accepted_media_type=None, renderer_context=None):
        response = (renderer_context or {}).get("response")
        if response is None or response.status_code < 400:
            data = {"success": True, "data": data}
        return super().render(data, accepted_media_type, renderer_context)


class SignedInBrowsableAPIRenderer(BrowsableAPIRenderer):
    """DRF's browsable pages for people with a session cookie; JSON for all others.

    A program that accepts text/html by accident, and a visitor who has not signed
    in, get the same JSON as any client.
    """

    def render(self, data, accepted_media_type=None, renderer_context=None):
        request = renderer_context["request"]
        if "sessionid" in request.COOKIES and request.user.is_authenticated:
            return super().render(data, accepted_media_type, renderer_context)
        renderer_context["response"]["Content-Type"] = "application/json"
        return EnvelopeRenderer().render(data, None, renderer_context)

    def get_default_renderer(self, view):
        return EnvelopeRenderer()
