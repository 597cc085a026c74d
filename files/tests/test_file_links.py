import logging
from datetime import timedelta

import time_machine
from django.conf import settings
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.factories import api_client, bearer_client, make_user
from common.logs import LineFormatter
from common.timestamps import timestamp
from files.links import MAX_LIVE_LINKS
from files.models import FileLink
from files.tests.factories import (
    PDF,
    make_link,
    make_stored_file,
    make_trashed_file,
)

NOW = "2026-11-23T09:30:00Z"


class CreateLinkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def post(self, body=None, *, user=None):
        url = f"{self.stored.url}/links"
        return api_client(user or self.alice).post(url, body or {})

    def test_answers_with_the_link(self):
        with time_machine.travel(NOW, tick=False):
            response = self.post()

        link = FileLink.objects.get()
        assert response.status_code == 201
        assert response.json()["data"] == {
            "link": {
                "id": link.pk,
                "url": link.url,
                "expiresAt": "2026-11-23T10:30:00.000Z",
                "createdAt": "2026-11-23T09:30:00.000Z",
                "revokedAt": None,
                "downloads": 0,
            }
        }

    def test_ends_when_the_request_says(self):
        with time_machine.travel(NOW, tick=False):
            in_a_minute = self.post({"expiresInSeconds": 60})
            in_a_month = self.post({"expiresAt": "2026-12-23T09:30:00Z"})

        ends = [
            response.json()["data"]["link"]["expiresAt"]
            for response in (in_a_minute, in_a_month)
        ]
        assert ends == ["2026-11-23T09:31:00.000Z", "2026-12-23T09:30:00.000Z"]

    def test_refuses_other_times(self):
        now = timezone.now()
        for body in (
            {"expiresInSeconds": 59},
            {"expiresInSeconds": 30 * 86_400 + 1},
            {"expiresInSeconds": "soon"},
            {"expiresAt": timestamp(now - timedelta(seconds=1))},
            {"expiresAt": timestamp(now + timedelta(days=31))},
            {"expiresAt": timestamp(now + timedelta(days=1)), "expiresInSeconds": 60},
            {"forever": True},
        ):
            with self.subTest(body):
                assert self.post(body).status_code == 400
        assert not FileLink.objects.exists()

    def test_stores_nothing_that_opens_the_file(self):
        url = self.post().json()["data"]["link"]["url"]

        [row] = FileLink.objects.values()
        assert url.rpartition(":")[2] not in str(row)

    def test_is_refused_above_so_many_live_ones(self):
        for _ in range(MAX_LIVE_LINKS - 1):
            make_link(file=self.stored)
        make_link(file=self.stored, seconds=-1)
        make_link(file=self.stored, revoked_at=timezone.now())

        assert self.post().status_code == 201
        assert self.post().status_code == 409

    def test_is_only_for_those_who_see_the_file(self):
        assert self.post(user=self.bob).status_code == 404
        assert api_client().post(f"{self.stored.url}/links").status_code == 401


class ListLinksTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def list(self, user):
        return api_client(user).get(f"{self.stored.url}/links")

    def test_has_the_links_of_the_file_newest_first(self):
        make_link()
        links = [make_link(file=self.stored) for _ in range(2)]

        data = self.list(self.alice).json()["data"]

        assert [link["id"] for link in data["links"]] == [links[1].pk, links[0].pk]
        assert data["total"] == 2

    def test_takes_three_queries_however_long_it_is(self):
        for count in (1, 20):
            for _ in range(count):
                make_link(file=self.stored)
            with self.assertNumQueries(3):
                self.list(self.alice)

    def test_is_hidden_from_others(self):
        assert self.list(self.bob).status_code == 404
        assert self.list(None).status_code == 401


class RevokeLinkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice, cls.bob = make_user(), make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def setUp(self):
        self.link = make_link(file=self.stored)

    def revoke(self, *, user=None, stored=None):
        url = f"{(stored or self.stored).url}/links/{self.link.pk}"
        return api_client(user or self.alice).delete(url)

    def test_ends_the_link_at_once(self):
        response = self.revoke()

        assert response.status_code == 200
        assert response.json()["data"]["link"]["revokedAt"] is not None
        assert api_client().get(self.link.url).status_code == 404

    def test_keeps_the_first_moment(self):
        first = self.revoke().json()["data"]["link"]["revokedAt"]

        assert self.revoke().json()["data"]["link"]["revokedAt"] == first

    def test_finds_no_link_of_another_file(self):
        assert self.revoke(stored=make_stored_file(owner=self.alice)).status_code == 404

    def test_is_only_for_those_who_see_the_file(self):
        assert self.revoke(user=self.bob).status_code == 404
        self.link.refresh_from_db()
        assert self.link.revoked_at is None


class FollowLinkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.stored = make_stored_file(owner=cls.alice)

    def setUp(self):
        self.link = make_link(file=self.stored)

    def follow(self, url=None, **headers):
        response = api_client().get(url or self.link.url, headers=headers)
        return response, response.getvalue()

    def downloads(self):
        self.link.refresh_from_db()
        return self.link.downloads

    def test_needs_no_account(self):
        response, body = self.follow()

        assert (response.status_code, body) == (200, PDF)
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert (
            response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        )

    def test_does_not_mind_a_token_that_has_ended(self):
        response = bearer_client("tok_ended").get(self.link.url)

        assert response.getvalue() == PDF

    def test_sends_ranges(self):
        response, body = self.follow(range="bytes=1-3")

        assert (response.status_code, body) == (206, PDF[1:4])

    def test_answers_head(self):
        response = api_client().head(self.link.url)

        assert response.status_code == 200
        assert response.headers["Content-Length"] == str(len(PDF))

    def test_counts_downloads_once_each(self):
        self.follow()
        self.follow(range="bytes=0-3")
        for further in ({"range": "bytes=4-"}, {"if_none_match": self.stored.etag}):
            self.follow(**further)
        api_client().head(self.link.url)

        assert self.downloads() == 2

    def test_takes_one_query_and_the_count(self):
        with self.assertNumQueries(2):
            self.follow()

    @override_settings(RATE_LIMITS_ENABLED=True)
    def test_is_limited_for_each_caller(self):
        limits = {**settings.RATE_LIMITS, "file-link": "2/m"}
        with override_settings(RATE_LIMITS=limits):
            statuses = [self.follow()[0].status_code for _ in range(3)]

        assert statuses == [200, 200, 429]


class DeadLinkTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def answer(self, url):
        response = api_client().get(url)
        body = response.json()
        del body["error"]["requestId"]
        return response.status_code, body

    def test_is_not_there_whatever_the_reason(self):
        past = timezone.now() - timedelta(seconds=1)
        good = make_link().url
        locked = make_stored_file(owner=make_user(is_active=False))
        reasons = {
            "expired": make_link(seconds=-1).url,
            "revoked": make_link(revoked_at=past).url,
            "trashed": make_link(file=make_trashed_file()).url,
            "expired file": make_link(file=make_stored_file(expires_at=past)).url,
            "locked owner": make_link(file=locked).url,
            "wrong signature": good[:-1] + ("A" if good[-1] != "A" else "B"),
            "no signature": good.partition(":")[0],
            "another id": make_link().url.partition(":")[0] + good[good.index(":") :],
            "junk": "/api/links/junk",
            "NUL": "/api/links/%00",
        }
        expected = self.answer("/api/links/link_missing:missing")
        assert expected[0] == 404
        for reason, url in reasons.items():
            with self.subTest(reason):
                assert self.answer(url) == expected

    def test_dies_with_another_secret_key(self):
        url = make_link().url

        with override_settings(SECRET_KEY="another" * 10):
            assert api_client().get(url).status_code == 404


class LoggedLinkTests(TestCase):
    def test_never_shows_its_token(self):
        url = make_link().url
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, 'failed: "GET %s?a=1"', (url,), None
        )

        line = LineFormatter("{message}", style="{").format(record)

        assert line == 'failed: "GET /api/links/***?a=1"'

    def test_is_how_the_platform_writes_its_log(self):
        handlers = settings.LOGGING["handlers"].values()
        formatters = [handler["formatter"] for handler in handlers]

        classes = {settings.LOGGING["formatters"][name]["class"] for name in formatters}
        assert classes == {"common.logs.LineFormatter"}
