"""Who may do what: each route of the URLconf, method and kind of caller.

A new route without an entry in ROUTES fails.
"""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from django.test import TestCase
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import PASSWORD, bearer_client, make_session, make_user
from files.tests.capturing import browser
from files.tests.factories import (
    make_link,
    make_stored_file,
    make_trashed_file,
    png_bytes,
)
from jobs.tests.factories import make_job

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
MISSING = {
    "user": "user_" + "0" * 26,
    "session": "sess_" + "0" * 26,
    "job": "job_" + "0" * 26,
    "file": "0" * 40 + ".pdf",
    "trashed-file": "0" * 40 + ".pdf",
    "link": ("0" * 40 + ".pdf", "link_" + "0" * 26),
    "delivery": "job_" + "0" * 26,
    "lane": "juggling",
}


@dataclass(frozen=True, kw_only=True)
class Route:
    """What a route answers to those who may, by method, and what its path names.

    `status` is that of the job that a method needs, where it is not one that waits.
    `query` is the parameter that names a file. A body of bytes is an image.
    """

    success: dict[str, int]
    is_public: bool = False
    is_for_operators: bool = False
    status: dict[str, str] = field(default_factory=dict)
    names: str | None = None
    query: str | None = None
    bodies: dict[str, dict | bytes] = field(default_factory=dict)


ROUTES = {
    "health": Route(is_public=True, success={"GET": 200}),
    "schema": Route(is_public=True, success={"GET": 200}),
    "docs": Route(is_public=True, success={"GET": 200}),
    "user-list": Route(
        is_public=True,
        success={"POST": 201},
        bodies={"POST": {"email": "new@example.com", "password": PASSWORD}},
    ),
    "user-detail": Route(
        names="user",
        success={"GET": 200, "PUT": 200},
        bodies={"PUT": {"metadata": {"a": 1}}},
    ),
    "user-sessions": Route(names="user", success={"GET": 200}),
    "session-list": Route(
        is_public=True,
        success={"POST": 201},
        bodies={"POST": {"email": "owner@example.com", "password": PASSWORD}},
    ),
    "session-detail": Route(
        names="session",
        success={"GET": 200, "PUT": 200, "DELETE": 200},
        bodies={"PUT": {"data": {"a": 1}}},
    ),
    "job-list": Route(success={"GET": 200}),
    "job-detail": Route(
        names="job",
        success={"GET": 200, "PATCH": 200, "DELETE": 200},
        bodies={"PATCH": {"priority": 1}},
        status={"DELETE": "completed"},
    ),
    "job-cancel": Route(names="job", success={"POST": 200}),
    "job-retry": Route(names="job", success={"POST": 200}, status={"POST": "failed"}),
    "job-events": Route(names="job", success={"GET": 200}, status={"GET": "completed"}),
    "job-statistics": Route(success={"GET": 200}),
    "lane-list": Route(is_for_operators=True, success={"GET": 200}),
    "lane-pause": Route(is_for_operators=True, names="lane", success={"POST": 200}),
    "lane-resume": Route(is_for_operators=True, names="lane", success={"POST": 200}),
    "webhook-secret": Route(success={"GET": 200}),
    "webhook-secret-rotate": Route(success={"POST": 200}),
    "delivery-list": Route(success={"GET": 200}),
    "delivery-retry": Route(
        names="delivery", success={"POST": 200}, status={"POST": "failed"}
    ),
    "file-list": Route(success={"GET": 200, "POST": 201}, bodies={"POST": png_bytes()}),
    "file-generate-pdf": Route(
        success={"POST": 202}, bodies={"POST": {"title": "Report"}}
    ),
    "file-generate-docx": Route(
        success={"POST": 202}, bodies={"POST": {"title": "Report"}}
    ),
    "file-generate-csv": Route(
        success={"POST": 202}, bodies={"POST": {"rows": [{"a": 1}]}}
    ),
    "file-generate-xlsx": Route(
        success={"POST": 202}, bodies={"POST": {"rows": [{"a": 1}]}}
    ),
    "file-generate-screenshot": Route(
        success={"POST": 202}, bodies={"POST": {"html": "<p>x"}}
    ),
    "file-generate-page-pdf": Route(
        success={"POST": 202}, bodies={"POST": {"html": "<p>x"}}
    ),
    "file-archive": Route(success={"GET": 200}, query="fileNames"),
    "file-detail": Route(names="file", success={"GET": 200, "DELETE": 200}),
    "file-details": Route(names="file", success={"GET": 200}),
    "file-restore": Route(names="trashed-file", success={"POST": 200}),
    "file-link-list": Route(names="file", success={"GET": 200, "POST": 201}),
    "file-link-detail": Route(names="link", success={"DELETE": 200}),
    "linked-file": Route(is_public=True, names="token", success={"GET": 200}),
}
# Pages of Django's own, and the catch-all, which have tests of their own.
ELSEWHERE = {"home", "login", "logout", "unknown-route"}


class AccessTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.owner = make_user(email="owner@example.com")
        cls.stranger = make_user()
        cls.operator = make_user(is_staff=True)

    def setUp(self):
        self.enterContext(browser())

    def test_every_route_has_an_entry(self):
        assert route_names() - ELSEWHERE == ROUTES.keys()

    def test_owners_and_operators_succeed(self):
        for name, method in allowed(lambda route: not route.is_public):
            owners = [] if ROUTES[name].is_for_operators else [self.owner]
            for user in [*owners, self.operator]:
                with self.subTest(route=name, method=method, user=user):
                    response = self.call(signed_in(user), method, name)

                    assert response.status_code == ROUTES[name].success[method]

    def test_users_are_forbidden_what_is_for_operators(self):
        for name, method in allowed(lambda route: route.is_for_operators):
            for is_missing in (False, True) if ROUTES[name].names else (False,):
                with self.subTest(route=name, method=method, is_missing=is_missing):
                    client = signed_in(self.owner)

                    response = self.call(client, method, name, missing=is_missing)

                    assert response.status_code == 403
                    assert error_type(response) == "FORBIDDEN"

    def test_everybody_succeeds_on_public_routes(self):
        for name, method in allowed(lambda route: route.is_public):
            with self.subTest(route=name, method=method):
                response = self.call(APIClient(), method, name)

                assert response.status_code == ROUTES[name].success[method]

    def test_nobody_succeeds_without_a_valid_token(self):
        locked = make_user(is_active=False)
        past = timezone.now() - timedelta(seconds=1)
        callers = {
            "anonymous": APIClient(),
            "made up": bearer_client("tok_made_up"),
            "expired": bearer_client(self.token(expires_at=past)),
            "revoked": bearer_client(self.token(revoked_at=past)),
            "locked": signed_in(locked),
            "forged header": APIClient(headers={"x-user-id": self.owner.pk}),
        }
        for name, method in allowed(lambda route: not route.is_public):
            for caller, client in callers.items():
                with self.subTest(route=name, method=method, caller=caller):
                    response = self.call(client, method, name)

                    assert response.status_code == 401
                    assert error_type(response) == "UNAUTHENTICATED"

    def test_a_stranger_cannot_tell_others_things_from_missing_ones(self):
        for name, route in ROUTES.items():
            is_somebody_s = (
                route.names and not route.is_public and not route.is_for_operators
            )
            for method in METHODS if is_somebody_s else []:
                with self.subTest(route=name, method=method):
                    client = signed_in(self.stranger)

                    others = self.call(client, method, name)
                    missing = self.call(client, method, name, missing=True)

                    expected = 404 if method in route.success else 405
                    assert others.status_code == expected
                    assert without_request_id(others) == without_request_id(missing)

    def test_other_methods_are_refused(self):
        for name, route in ROUTES.items():
            user = self.operator if route.is_for_operators else self.owner
            for method in set(METHODS) - route.success.keys():
                with self.subTest(route=name, method=method):
                    response = self.call(signed_in(user), method, name)

                    assert response.status_code == 405

    def call(self, client, method, name, *, missing=False):
        """Call a route with things of the owner's that are fresh each time."""
        route = ROUTES[name]
        status = route.status.get(method, "waiting")
        things = MISSING if missing else self.things(route.names or route.query, status)
        url = reverse(name, args=named(things[route.names]) if route.names else [])
        if route.query:
            url += f"?{route.query}={things[route.query]}"
        body, content_type = route.bodies.get(method, {}), "image/png"
        if not isinstance(body, bytes):
            body, content_type = json.dumps(body), "application/json"
        response = client.generic(method, url, body, content_type=content_type)
        response.getvalue()  # Read to its end, so that a file is closed.
        return response

    def things(self, kind, status):
        match kind:
            case "session":
                return {kind: make_session(user=self.owner).pk}
            case "job":
                return {kind: make_job(owner=self.owner, status=status).pk}
            case "delivery":
                return {kind: self.delivery(status).pk}
            case "lane":
                return {kind: "ai"}
            case "file" | "fileNames" | "trashed-file" | "link" | "token":
                return {kind: self.file_thing(kind)}
        return {"user": self.owner.pk}

    def file_thing(self, kind):
        if kind == "trashed-file":
            return make_trashed_file(owner=self.owner).file_name
        stored = make_stored_file(owner=self.owner)
        if kind == "link":
            return stored.file_name, make_link(file=stored).pk
        if kind == "token":
            return make_link(file=stored).url.rpartition("/")[2]
        return stored.file_name

    def delivery(self, status):
        payload = {"jobId": "job_x", "url": "https://example.com/", "status": "failed"}
        return make_job(
            owner=self.owner, status=status, lane="webhooks", payload=payload
        )

    def token(self, **fields):
        return make_session(user=self.owner, **fields).token


def route_names():
    def walk(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield pattern.name
            elif pattern.namespace != "admin":
                yield from walk(pattern.url_patterns)

    return set(walk(get_resolver().url_patterns))


def allowed(is_wanted):
    """Return the (route, method) pairs that somebody may call."""
    return [
        (name, method)
        for name, route in ROUTES.items()
        if is_wanted(route)
        for method in route.success
    ]


def signed_in(user):
    return bearer_client(make_session(user=user).token)


def named(thing):
    return thing if isinstance(thing, tuple) else [thing]


def error_type(response):
    return response.json()["error"]["type"]


def without_request_id(response):
    body = response.json()
    request_id = body["error"].pop("requestId")
    assert request_id == response.headers["X-Request-ID"]
    return json.dumps(body)
