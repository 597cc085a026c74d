"""What pages of an allowed host try, to reach a server inside that is not allowed."""

from collections import Counter
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from files.capture.browser import FLAGS
from files.capture.egress_proxy import OFFLINE
from files.tests.attacks.campaign import CLOSED, OPEN, campaign, shows_inside
from files.tests.attacks.inside import SECRET
from files.tests.attacks.requests import FILE_WAYS, PAGE_WAYS, names
from files.tests.attacks.scripts import GOING, PEERS
from files.tests.attacks.silence import SILENT
from files.tests.reading import has_colour, image_of, page_count

# So many frames fit on one page, and are there within a second or two.
BATCH = 40
# A frame with it would take the page away that the others are on.
ALONE = {"top location"}
# In a frame that came with the document Chromium waits for these for ever.
STUCK = {"location host", "file: form"}
STAY_SECONDS = 0.1
UDP_WAYS = {"STUN", "TURN", "TURN by UDP", "UDP candidate", "reflexive candidate"}


def is_heard(attempt):
    return attempt.way.name not in SILENT


def batches(attempts, size=BATCH):
    framed = [each for each in attempts if each.way.name not in ALONE]
    return [framed[start : start + size] for start in range(0, len(framed), size)]


def named(attempts):
    return {attempt.way.name for attempt in attempts}


def assert_nothing_came(attacked):
    inside = attacked.inside
    assert (inside.connections, inside.datagrams, inside.paths) == (
        Counter(),
        Counter(),
        [],
    )
    assert not [leak for leak in attacked.leaks() if SECRET in leak]


class CorpusTests(SimpleTestCase):
    def test_has_many_ways_of_different_names(self):
        repeated = [name for name, times in Counter(names()).items() if times > 1]

        assert len(names()) > 700
        assert repeated == []

    def test_knows_only_ways_that_there_are(self):
        assert set(names()) >= SILENT
        assert len(SILENT) < len(PAGE_WAYS) / 3


@pytest.mark.live
class FramedTests(SimpleTestCase):
    """Each way in a frame of its own, many on one page."""

    def test_shows_that_the_ways_work_where_the_inside_is_allowed(self):
        with campaign(OPEN) as attacked:
            attempts = attacked.attempts(PAGE_WAYS)
            for batch in batches(attempts):
                attacked.embed(batch, is_heard, "screenshot")

        heard = [
            each for batch in batches(attempts) for each in filter(is_heard, batch)
        ]
        assert named(heard) == named(filter(attacked.has_reached, heard))
        assert len(heard) > 250
        assert sum(SECRET in leak for leak in attacked.leaks()) > 20
        assert sum(map(shows_inside, attacked.captures)) > 5

    def test_lets_no_byte_inside(self):
        with campaign(CLOSED) as attacked:
            attempts = attacked.attempts(PAGE_WAYS)
            for batch in batches(attempts):
                attacked.embed(batch, is_heard, "screenshot")

        heard = [
            each for batch in batches(attempts) for each in filter(is_heard, batch)
        ]
        assert_nothing_came(attacked)
        assert not any(map(shows_inside, attacked.captures))
        # They did try: Chromium asked the proxy, which refused.
        assert named(heard) == named(filter(attacked.was_refused, heard))

    def test_lets_no_byte_inside_while_it_prints(self):
        printed = [
            way for way in PAGE_WAYS if "print" in way.name or "page" in way.name
        ]
        with campaign(CLOSED) as attacked:
            attempts = attacked.attempts(printed)
            attacked.embed(attempts, is_heard, "page-pdf")
            # The body itself, as a frame is not printed by its own rules.
            attacked.site.routes["/"] = "".join(
                attempt.fill(attempt.way.body) for attempt in attempts
            )
            attacked.shoot({"url": attacked.site.url()}, "page-pdf")

        assert_nothing_came(attacked)
        for pdf in attacked.captures:
            assert page_count(pdf) == 1
            assert not has_colour(image_of(pdf), (255, 0, 255))


@pytest.mark.live
class TopTests(SimpleTestCase):
    """Ways that lead the page itself elsewhere, one after the other."""

    def test_leads_nowhere(self):
        with campaign(CLOSED) as attacked:
            attempts = [
                attempt
                for attempt in attacked.attempts(PAGE_WAYS)
                if attempt.way.name in {*GOING, *ALONE}
                or attempt.way.name.startswith(("redirect", "meta", "Refresh", "xml"))
            ]
            for attempt in attempts:
                attempt.add_routes()
            urls = [attacked.site.url(attempt.path) for attempt in attempts]
            attacked.visit(urls, STAY_SECONDS)

        redirects = [
            attempt
            for attempt in attempts
            if attempt.way.name.startswith("redirect 30") and is_heard(attempt)
        ]
        assert len(attempts) > 60
        assert_nothing_came(attacked)
        assert len(redirects) == 5
        assert all(map(attacked.was_refused, redirects))


@pytest.mark.live
class OfflineTests(SimpleTestCase):
    def test_lets_html_reach_nobody_at_all(self):
        """Not even hosts that are allowed."""
        with campaign(OPEN) as attacked:
            ways = [way for way in [*PAGE_WAYS, *FILE_WAYS] if way.name not in STUCK]
            for batch in batches(attacked.attempts(ways), 100):
                html = "".join(attempt.as_document() for attempt in batch)
                attacked.shoot({"html": html, "options": {"wait_delay": 500}})

        refused = [proxy.refused for proxy in attacked.proxies]
        reasons = {reason for each in refused for reason in each.values()}
        assert_nothing_came(attacked)
        assert attacked.site.log == []
        assert not any(map(shows_inside, attacked.captures))
        assert reasons == {OFFLINE}
        assert sum(map(len, refused)) > 150


@pytest.mark.live
class FileTests(SimpleTestCase):
    def test_shows_no_file_of_the_machine(self):
        with campaign(OPEN) as attacked:
            attempts = attacked.attempts(FILE_WAYS)
            attacked.embed(attempts, lambda attempt: False, "screenshot")
            attacked.visit(
                [attacked.site.url(attempt.path) for attempt in attempts], STAY_SECONDS
            )

        assert_nothing_came(attacked)
        assert not any(map(shows_inside, attacked.captures))
        assert len(attacked.site.log) > 2 * len(attempts)


@pytest.mark.live
class DatagramTests(SimpleTestCase):
    """WebRTC, whose UDP no proxy sees."""

    def peers(self, hosts, is_awaited=is_heard):
        with campaign(hosts) as attacked:
            attempts = [
                attempt
                for attempt in attacked.attempts(PAGE_WAYS)
                if attempt.way.name in {*PEERS, *UDP_WAYS}
            ]
            attacked.embed(attempts, is_awaited, "screenshot")
        return attacked, attempts

    def test_shows_that_the_ways_work_without_the_flag(self):
        flags = tuple(flag for flag in FLAGS if "webrtc" not in flag)
        with patch("files.capture.browser.FLAGS", flags):
            attacked, attempts = self.peers(
                OPEN, lambda attempt: attempt.way.name in UDP_WAYS
            )

        by_udp = {
            attempt.way.name
            for attempt in attempts
            if attempt.host in attacked.inside.datagrams
        }
        assert by_udp >= UDP_WAYS

    def test_sends_none_even_to_what_is_allowed(self):
        attacked, _ = self.peers(OPEN)

        assert attacked.inside.datagrams == Counter()

    def test_tells_no_page_an_address_of_the_machine(self):
        attacked, _ = self.peers(CLOSED)

        assert attacked.leaks() == []
