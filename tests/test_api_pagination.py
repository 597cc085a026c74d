from base64 import b64encode

from django.test import TestCase

from accounts.tests.factories import api_client, make_session, make_user
from common.ids import new_id


class PaginationTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()
        cls.url = f"/api/users/{cls.alice.pk}/sessions"

    def get(self, **query):
        return api_client(self.alice).get(self.url, query)

    def assert_refused(self, response, field):
        error = response.json()["error"]
        assert response.status_code == 400
        assert error["type"] == "VALIDATION_ERROR"
        assert list(error["details"]) == [field]


class LimitTests(PaginationTestCase):
    def test_is_50_by_default(self):
        for _ in range(51):
            make_session(user=self.alice)

        data = self.get().json()["data"]

        assert data["showing"] == 50
        assert data["total"] == 51

    def test_takes_1_to_100(self):
        for limit in (1, 100, "007"):
            with self.subTest(limit=limit):
                assert self.get(limit=limit).status_code == 200

    def test_refuses_everything_else(self):
        for limit in (
            -1,
            0,
            101,
            "abc",
            "",
            " 1",
            "1.0",
            "1e1",
            "9" * 5_000,
            "\u0661\u0662",
            "\u00b2",
            "1\x00",
        ):
            with self.subTest(limit=limit):
                self.assert_refused(self.get(limit=limit), "limit")


class CursorTests(PaginationTestCase):
    def test_refuses_what_no_answer_gave(self):
        pk = new_id("sess")

        for cursor in (
            "",
            "abc",
            "!",
            "\u00fc",
            "\x00",
            f"{pk}\n",
            f"{pk}\x00",
            f"{pk}x",
            pk.upper(),
            pk.removeprefix("sess"),
            b64encode(b"\xff\xfe").decode(),
            b64encode(b"rubbish").decode(),
            b64encode(b"p=sess%00x").decode(),
            "9" * 5_000,
        ):
            with self.subTest(cursor=cursor):
                self.assert_refused(self.get(cursor=cursor), "cursor")

    def test_shows_nothing_of_others(self):
        stranger = make_session()
        newer_id = new_id("sess")

        response = self.get(cursor=newer_id)

        assert response.status_code == 200
        assert stranger.pk not in response.text

    def test_takes_an_id_that_is_gone(self):
        older, gone = make_session(user=self.alice), make_session(user=self.alice)
        gone.revoke()

        data = self.get(cursor=gone.pk).json()["data"]

        assert [session["id"] for session in data["sessions"]] == [older.pk]

    def test_walks_through_every_row_once(self):
        sessions = [make_session(user=self.alice) for _ in range(7)]

        pages = list(self.walk(limit=3))

        newest_first = [session.pk for session in reversed(sessions)]
        assert [len(page) for page in pages] == [3, 3, 1]
        assert [pk for page in pages for pk in page] == newest_first

    def test_walks_on_where_it_was_when_rows_come_in(self):
        sessions = [make_session(user=self.alice) for _ in range(4)]
        walk = self.walk(limit=2)
        seen = next(walk)

        make_session(user=self.alice)
        for page in walk:
            seen += page

        assert seen == [session.pk for session in reversed(sessions)]

    def test_ends_where_the_last_page_is_full(self):
        for _ in range(4):
            make_session(user=self.alice)

        assert [len(page) for page in self.walk(limit=2)] == [2, 2]

    def walk(self, **query):
        cursor = None
        while True:
            extra = {"cursor": cursor} if cursor else {}
            data = self.get(**query, **extra).json()["data"]
            yield [session["id"] for session in data["sessions"]]
            if (cursor := data["nextCursor"]) is None:
                return
