"""What the scripts of a captured page may do, and what ends the capture."""

import os
import signal
from contextlib import suppress
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from files.capture.failures import CRASHED
from files.tests.web import (
    Reply,
    Site,
    captured,
    colour_at,
    dot,
    failure_of,
    is_about,
    pictured,
)
from jobs.processes import PROC, group_members, group_of

JAVASCRIPT = {"Content-Type": "text/javascript"}
CRASHING = "crash-of-a-test"
COLOUR = "<body style='margin: 0; background: {}'>"


def script(code: str) -> str:
    return f"<!doctype html><title>First</title>first<script>{code}</script>"


def kill_renderers() -> None:
    """Kill the processes that hold the pages of the capture named CRASHING."""
    for folder in PROC.glob("[0-9]*"):
        command = command_of(folder.name)
        if b"--type=" in command or CRASHING.encode() not in command:
            continue
        for pid in group_members(group_of(int(folder.name))):
            if b"--type=renderer" in command_of(pid):
                os.kill(pid, signal.SIGKILL)


def command_of(pid: int | str) -> bytes:
    with suppress(OSError):  # It may have ended.
        return (PROC / f"{pid}/cmdline").read_bytes()
    return b""


def assert_can_be_stored(text: str) -> None:
    """No database takes half a surrogate pair, nor PostgreSQL a NUL."""
    assert text
    assert text.encode()
    assert "\0" not in text


@pytest.mark.live
class ScriptTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.enterClassContext(Site())
        cls.other = cls.enterClassContext(Site(address="127.0.0.2"))
        cls.site.routes |= {
            "/alert": script("alert('Hello\\n  you'); document.title = 'After'"),
            "/ask": script(
                "document.title = [confirm('sure?'), prompt('who?', 'me')].join()"
            ),
            "/alerts": script("for (;;) alert('again')"),
            "/leave": script(
                "onbeforeunload = () => 'stay'; onload = () => location.href = '/red'"
            ),
            "/popups": script(
                "open('/red'); open('about:blank'); open('/alert'); print()"
            ),
            "/red": COLOUR.format("red") + "<title>Red</title>",
            "/frames": COLOUR.format("white")
            + "<iframe src=/outer frameborder=0 width=100 height=100></iframe>"
            + f"<iframe src={cls.other.url('/lime')} frameborder=0 width=100 "
            "height=100></iframe><iframe id=gone src=/never></iframe><script>"
            "setTimeout(() => gone.remove(), 200)</script>",
            "/outer": COLOUR.format("red")
            + "<iframe src=/inner frameborder=0 width=50 height=50></iframe>",
            "/inner": COLOUR.format("blue"),
            "/never": Reply(delay=15),
            "/workers": script(
                "const worker = new Worker('/worker.js');"
                "worker.onmessage = async event => {"
                "await navigator.serviceWorker.register('/service.js');"
                "await navigator.serviceWorker.ready;"
                "document.title = event.data + ' ready' }"
            ),
            "/worker.js": Reply("postMessage('worked')", headers=JAVASCRIPT),
            "/service.js": Reply("onfetch = event => {}", headers=JAVASCRIPT),
            "/title": script("document.title = ' a\\n b '.repeat(200000)"),
            "/no-scripts": Reply(
                "<title>Still</title><p style='height: 3000px'>words<img src=/dot.svg "
                "loading=lazy style='margin-top: 2000px'>",
                headers={"Content-Security-Policy": "sandbox"},
            ),
            "/dot.svg": dot("red"),
            "/bare": script("onload = () => document.documentElement.remove()"),
            "/emoji": script("document.title = '🙂'.repeat(400)"),
            "/halves": script("document.title = 'a\\ud800\\0b'"),
            "/half-alert": script("alert('a\\ud800\\0b')"),
            "/text": "<title>Text</title><div hidden>"
            + f"<p>{'word ' * 20_000}</p>" * 200,
            "/busy": script("for (;;);"),
            "/busy-later": script("setTimeout(() => { for (;;); }, 300)"),
            "/greedy": script(
                "const kept = []; for (;;) kept.push(new Uint8Array(1e7).fill(1))"
            ),
            "/crash": "<title>x</title><img src=/crash.svg>",
            "/crash.svg": lambda asked: cls.crash(),
            "/crash-at-once": lambda asked: cls.crash(),
            "/close": script("close(); stop"),
        }
        cls.other.routes["/lime"] = COLOUR.format("lime")

    @classmethod
    def crash(cls):
        kill_renderers()
        return Reply(delay=5)

    def request(self, path, **options):
        return {"url": self.site.url(path), "options": options}

    def message(self, path, **options):
        return failure_of(self.request(path, **options))

    def test_fail_with_a_dialog(self):
        assert self.message("/alert") == (
            "The page opened a dialog (alert) that nobody can answer: "
            '"Hello you". With options.dismissDialogs it would be dismissed.'
        )
        assert "(confirm)" in self.message("/ask")

    def test_have_their_dialogs_dismissed_where_that_is_wanted(self):
        _, alert = captured(self.request("/alert", dismiss_dialogs=True))
        _, ask = captured(self.request("/ask", dismiss_dialogs=True))

        assert alert.facts["title"] == "After"
        assert alert.warnings == ['A dialog was dismissed: "Hello you".']
        assert ask.facts["title"] == "false,"
        assert len(ask.warnings) == 2

    def test_cannot_go_on_with_dialogs_for_ever(self):
        options = {"dismiss_dialogs": True, "timeout_seconds": 3}

        assert "never came to 'load'" in self.message("/alerts", **options)

    def test_leave_without_being_asked_to_stay(self):
        _, found = captured(self.request("/leave"))

        assert found.facts["title"] == "Red"

    def test_open_no_other_tabs(self):
        image, found = pictured(self.request("/popups", wait_delay=300))

        assert found.facts["title"] == "First"
        assert is_about(colour_at(image, 640, 400), "white")

    def test_close_nothing(self):
        _, found = captured(self.request("/close"))

        assert found.facts["title"] == "First"

    def test_have_frames(self):
        image, _ = pictured(self.request("/frames"))

        assert is_about(colour_at(image, 25, 25), "blue")
        assert is_about(colour_at(image, 75, 75), "red")
        assert is_about(colour_at(image, 150, 50), "lime")

    def test_have_workers(self):
        expression = "document.title === 'worked ready'"

        _, found = captured(self.request("/workers", wait_for_expression=expression))

        assert found.facts["title"] == "worked ready"

    def test_have_a_short_title(self):
        _, found = captured(self.request("/title"))

        assert found.title.startswith("a b a b ")
        assert 100 < len(found.title) <= 300

    def test_have_a_title_that_can_be_stored(self):
        for path in ("/emoji", "/halves"):
            with self.subTest(path):
                _, found = captured(self.request(path))

                assert_can_be_stored(found.facts["title"])

    def test_fail_with_a_text_that_can_be_stored(self):
        throwing = "throw 'a\\ud800\\0b'"

        assert_can_be_stored(self.message("/half-alert"))
        assert_can_be_stored(self.message("/text", wait_for_expression=throwing))

    def test_need_not_be_allowed(self):
        request = self.request("/no-scripts", full_page=True, wait_for_selector="p")
        image, found = pictured(request)
        pdf, _ = captured(self.request("/no-scripts"), "page-pdf")

        assert found.facts["title"] == "Still"
        assert image.height > 3000
        assert pdf.startswith(b"%PDF")

    def test_may_take_the_document_away(self):
        image, _ = pictured(self.request("/bare", full_page=True))
        pdf, _ = captured(self.request("/bare"), "page-pdf")

        assert image.width == 1280
        assert pdf.startswith(b"%PDF")

    def test_may_have_much_to_say(self):
        _, found = captured(self.request("/text"))

        assert found.facts["title"] == "Text"

    def test_cannot_be_busy_for_ever(self):
        message = self.message("/busy", timeout_seconds=3)
        assert message.endswith("never came to 'load' (waitUntil) within 3 seconds.")
        with patch("files.capture.loading.DRAWING_SECONDS", 1):
            message = self.message("/busy-later", wait_delay=500)
        assert message.endswith("within 1 seconds.")

    def test_cannot_take_all_memory(self):
        message = self.message("/greedy")

        assert message in (CRASHED, "The page took more than 400 MB of memory.")

    def test_may_crash(self):
        with patch("files.tests.web.uuid4") as uuid4:
            uuid4.return_value.hex = CRASHING

            for path in ("/crash", "/crash-at-once"):
                with self.subTest(path):
                    assert self.message(path) == CRASHED
