"""The threads that dial for the proxy, and what a worker that ends has of them."""

import asyncio
import threading
from unittest.mock import patch

from django.test import SimpleTestCase

from common.egress import Reach
from files.capture.egress_proxy import EgressProxy
from files.tests.tunnels import code_for


class DiallingThreadTests(SimpleTestCase):
    async def test_do_not_hold_up_a_worker_that_ends(self):
        dials, is_over = threading.Event(), threading.Event()
        self.addCleanup(is_over.set)

        def dial(*arguments, **options):
            dials.set()
            is_over.wait(10)
            raise TimeoutError

        with patch("files.capture.egress_proxy.connect", dial):
            async with EgressProxy(Reach()) as proxy:
                asking = asyncio.create_task(code_for(proxy, "a.example"))
                await asyncio.to_thread(dials.wait, 10)
                threads = [
                    thread
                    for thread in threading.enumerate()
                    if thread.name == "egress-proxy"
                ]
                asking.cancel()

        # Python waits for all others, and for those of its pools.
        assert [thread.daemon for thread in threads] == [True]
