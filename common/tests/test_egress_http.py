import os
import socket
import ssl
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import pytest
import time_machine
from django.test import SimpleTestCase

from common import egress_http
from common.egress import AddressRefused, Deadline, Reach
from common.egress_http import MAX_ANSWER_BYTES, Answer, NoAnswer, post
from conftest import require

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LOOPBACK_REACH = Reach(allowed_hosts=("127.0.0.1",))
LOOPBACK = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]


class Receiver:
    """A server on loopback that takes one request, and answers as it is told."""

    def __init__(self, answer, certificate=None):
        self.answer = answer
        self.certificate = certificate
        self.request = b""
        self.server_name = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        # Wakes a listener that nobody has called.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.listener.close()

    def serve(self):
        with suppress(OSError), self.listener.accept()[0] as connection:
            connection.settimeout(10)
            with self.secured(connection) as secured:
                self.request = secured.recv(65536)
                while b"\r\n\r\nBODY" not in self.request:
                    self.request += secured.recv(65536)
                self.send_answer(secured)

    def secured(self, connection):
        if self.certificate is None:
            return connection
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.sni_callback = lambda _, name, __: setattr(self, "server_name", name)
        return context.wrap_socket(connection, server_side=True)

    def send_answer(self, connection):
        if callable(self.answer):
            self.answer(connection)
        else:
            connection.sendall(self.answer)


def post_to(receiver, *, scheme="http", host="hooks.test", body=b"BODY", **options):
    resolver = patch("socket.getaddrinfo", autospec=True, return_value=LOOPBACK)
    with receiver, resolver as look_up:
        try:
            return post(
                f"{scheme}://{host}:{receiver.port}/hook?a=b",
                body=body,
                headers={"X-Sign": "signed", "Content-Type": "text/plain"},
                reach=LOOPBACK_REACH,
                **options,
            )
        finally:
            assert look_up.call_count == 1


def message_of(receiver, **options):
    with pytest.raises(NoAnswer) as caught:
        post_to(receiver, **options)
    return caught.value.message


def answer_with(*headers, status="503 Later", body=b""):
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return Receiver(head.encode("latin-1") + b"\r\n\r\n" + body)


def drip(text, seconds_between):
    """Return what sends a text byte by byte until the caller hangs up."""

    def send(connection):
        for index in range(len(text)):
            connection.sendall(text[index : index + 1])
            time.sleep(seconds_between)

    return send


def flood(start, text):
    """Return what sends without end, and how much was sent."""
    sent = []

    def send(connection):
        connection.sendall(start)
        for _ in range(1000):
            connection.sendall(text)
            sent.append(len(text))

    return send, sent


class PostTests(SimpleTestCase):
    def test_sends_the_body_and_headers(self):
        receiver = Receiver(OK)

        post_to(receiver)

        head, _, body = receiver.request.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "POST /hook?a=b HTTP/1.1"
        assert set(lines[1:]) == {
            f"Host: hooks.test:{receiver.port}",
            "X-Sign: signed",
            "Content-Type: text/plain",
            "Content-Length: 4",
        }
        assert body == b"BODY"

    def test_returns_the_status(self):
        for status in (200, 204, 400, 404, 410, 429, 500, 599):
            with self.subTest(status=status):
                answer = post_to(answer_with(status=f"{status} Thing"))

                assert answer == Answer(status=status, retry_after_seconds=None)

    def test_does_not_follow_redirects(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status=status):
                receiver = answer_with(
                    "Location: http://169.254.169.254/", status=f"{status} There"
                )

                assert post_to(receiver).status == status

    def test_does_not_use_proxies(self):
        proxy = "http://127.0.0.1:1"
        names = ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY")
        with patch.dict(os.environ, dict.fromkeys(names, proxy)):
            assert post_to(Receiver(OK)).status == 200

    def test_does_not_connect_where_it_must_not(self):
        with Receiver(OK) as receiver, pytest.raises(AddressRefused):
            post(
                f"http://127.0.0.1:{receiver.port}/",
                body=b"",
                headers={},
                reach=Reach(),
            )

        assert receiver.request == b""

    def test_does_not_connect_where_a_name_leads_inside(self):
        resolver = patch("socket.getaddrinfo", return_value=LOOPBACK)
        with Receiver(OK) as receiver, resolver, pytest.raises(AddressRefused):
            post(
                f"http://hooks.test:{receiver.port}/",
                body=b"",
                headers={},
                reach=Reach(),
            )

        assert receiver.request == b""

    def test_takes_an_answer_that_comes_before_all_is_sent(self):
        def refuse(connection):
            connection.sendall(b"HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n")

        body = b"BODY" * 5_000_000

        assert post_to(Receiver(refuse), body=body).status == 413

    def test_passes_over_interim_answers(self):
        assert post_to(Receiver(b"HTTP/1.1 103 Hints\r\n\r\n" + OK)).status == 200


class RetryAfterTests(SimpleTestCase):
    def after(self, value):
        return post_to(answer_with(f"retry-AFTER: {value}")).retry_after_seconds

    def test_is_read_in_seconds(self):
        assert self.after("120") == 120
        assert self.after("0") == 0

    def test_is_read_as_a_date(self):
        with time_machine.travel("2026-01-02T03:04:00Z", tick=False):
            assert (
                egress_http._retry_after(
                    [(b"Retry-After", b"Fri, 02 Jan 2026 03:05:30 GMT")]
                )
                == 90
            )

    def test_is_none_left_for_a_date_in_the_past(self):
        assert self.after("Fri, 02 Jan 1998 03:05:30 GMT") == 0

    def test_is_none_where_it_says_nothing_useful(self):
        for value in ("", "soon", "-1", "1.5", "1e3", "9" * 10, "²", "12 s", "Fri, 99"):
            with self.subTest(value=value):
                assert self.after(value) is None


class LimitsTests(SimpleTestCase):
    def test_end_an_exchange_that_drips_its_head(self):
        start = time.monotonic()

        message = message_of(Receiver(drip(OK, 0.1)), timeout_seconds=0.5)

        assert message == "The address did not answer in time."
        assert time.monotonic() - start < 2

    def test_end_an_exchange_of_interim_answers(self):
        interim = b"HTTP/1.1 100 Continue\r\n\r\n"
        send, sent = flood(b"", interim * 1000)

        assert message_of(Receiver(send))
        assert sum(sent) < 5_000_000

    def test_end_a_connection_that_never_answers(self):
        start = time.monotonic()

        message_of(Receiver(lambda connection: connection.recv(1)), timeout_seconds=0.3)

        assert time.monotonic() - start < 2

    def test_end_a_handshake_that_drips(self):
        class Dripping(Receiver):
            def secured(self, connection):
                drip(b"\x16\x03\x03\x40\x00" + b"\0" * 100, 0.1)(connection)

        start = time.monotonic()

        message_of(Dripping(OK), scheme="https", timeout_seconds=0.5)

        assert time.monotonic() - start < 2

    def test_leave_the_answer_where_only_the_body_drips(self):
        head = b"HTTP/1.1 202 Taken\r\nContent-Length: 50\r\n\r\n"
        start = time.monotonic()

        def send(connection):
            connection.sendall(head)
            drip(b"x" * 50, 0.1)(connection)

        assert post_to(Receiver(send), timeout_seconds=0.5).status == 202
        assert time.monotonic() - start < 2

    def test_leave_the_rest_of_a_long_body_unread(self):
        for head in (b"", b"Content-Length: 99999999\r\n"):
            with self.subTest(head=head):
                send, sent = flood(
                    b"HTTP/1.1 201 Made\r\n" + head + b"\r\n", b"x" * 65536
                )

                assert post_to(Receiver(send)).status == 201
                # The rest is what fits into the buffers between.
                assert sum(sent) < 20_000_000

    def test_refuse_a_head_without_end(self):
        send, _ = flood(b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"x" * 8000 + b"\r\n")

        assert "does not speak HTTP" in message_of(Receiver(send))

    def test_count_what_is_read(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(b"x" * (MAX_ANSWER_BYTES + 1))
            stream = egress_http._Stream(ours, Deadline(5))

            read = iter(lambda: stream.read(10_000), b"")

            assert sum(map(len, read)) == MAX_ANSWER_BYTES


class NoAnswerTests(SimpleTestCase):
    def test_tells_that_the_answer_is_no_http(self):
        for answer in (b"SSH-2.0-X\r\n", b"", b"HTTP/1.1 200\r\nA: b\0c\r\n\r\n"):
            with self.subTest(answer=answer):
                message = message_of(Receiver(answer))

                assert message == "The address does not speak HTTP as it should."

    def test_tells_of_a_name_that_is_not_found(self):
        unknown = patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "secret"))
        with unknown, pytest.raises(NoAnswer) as caught:
            post("http://nowhere.example/", body=b"", headers={}, reach=Reach())

        assert caught.value.message == "The host name cannot be found."

    def test_tells_of_a_port_that_nobody_listens_at(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

        with pytest.raises(NoAnswer) as caught:
            post(
                f"http://127.0.0.1:{port}/", body=b"", headers={}, reach=LOOPBACK_REACH
            )

        assert caught.value.message == "The connection to the address failed."


class TLSTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificate = str(Path(folder.name) / "hooks.test.pem")
        command = (
            f"{require('openssl')} req -x509 -newkey ec -pkeyopt "
            "ec_paramgen_curve:prime256v1 -noenc -days 1 -subj /CN=hooks.test "
            "-addext subjectAltName=DNS:hooks.test -keyout - -out -"
        )
        made = subprocess.run(command.split(), check=True, capture_output=True)
        Path(cls.certificate).write_bytes(made.stdout)

    @contextmanager
    def trusted(self):
        egress_http._tls_context.cache_clear()
        with patch.dict(os.environ, SSL_CERT_FILE=self.certificate):
            yield
        egress_http._tls_context.cache_clear()

    def test_is_refused_for_a_certificate_that_nobody_vouches_for(self):
        receiver = Receiver(OK, self.certificate)

        message = message_of(receiver, scheme="https")

        assert "certificate of the address is not valid" in message
        assert receiver.request == b""

    def test_is_spoken_to_the_name_at_the_checked_address(self):
        receiver = Receiver(OK, self.certificate)

        with self.trusted():
            answer = post_to(receiver, scheme="https")

        assert answer.status == 200
        assert receiver.server_name == "hooks.test"
        assert f"Host: hooks.test:{receiver.port}".encode() in receiver.request

    def test_is_refused_for_the_certificate_of_another_name(self):
        receiver = Receiver(OK, self.certificate)

        with self.trusted():
            message = message_of(receiver, scheme="https", host="other.test")

        assert "not for this host" in message
        assert receiver.request == b""

    def test_is_refused_for_the_certificate_of_a_name_at_its_address(self):
        with self.trusted():
            message = message_of(
                Receiver(OK, self.certificate), scheme="https", host="127.0.0.1"
            )

        assert "not for this host" in message

    def test_is_asked_of_a_server_that_does_not_speak_it(self):
        class Plain(Receiver):
            def secured(self, connection):
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return connection

        assert "does not speak TLS" in message_of(Plain(OK), scheme="https")

    def test_counts_what_is_read(self):
        send, sent = flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)

        with self.trusted():
            answer = post_to(Receiver(send, self.certificate), scheme="https")

        assert answer.status == 200
        assert sum(sent) < 20_000_000
