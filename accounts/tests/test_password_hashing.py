import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    make_password,
)
from django.test import SimpleTestCase, override_settings

from accounts.hashers import FrugalArgon2PasswordHasher


@override_settings(PASSWORD_HASHERS=["accounts.hashers.FrugalArgon2PasswordHasher"])
class PasswordHashingTests(SimpleTestCase):
    def test_is_argon2id_with_owasps_parameters(self):
        encoded = make_password("correct-horse")

        assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")

    def test_tells_right_from_wrong(self):
        encoded = make_password("correct-horse")

        assert check_password("correct-horse", encoded)
        assert not check_password("wrong-horse", encoded)


class HashingMemoryTests(SimpleTestCase):
    def test_is_taken_by_two_hashes_at_once(self):
        crowd = Crowd()
        hasher = FrugalArgon2PasswordHasher()

        with (
            mock.patch.multiple(
                Argon2PasswordHasher, encode=crowd.visit, verify=crowd.visit
            ),
            ThreadPoolExecutor(8) as pool,
        ):
            for _ in range(8):
                pool.submit(hasher.encode, "password", "salt")
                pool.submit(hasher.verify, "password", "encoded")

        assert crowd.visits == 16
        assert crowd.largest == 2


class Crowd:
    """Knows how many callers were inside `visit` at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.third_came = threading.Event()
        self.present = self.largest = self.visits = 0

    def visit(self, *args):
        with self.lock:
            self.visits += 1
            self.present += 1
            self.largest = max(self.largest, self.present)
            if self.present > 2:
                self.third_came.set()
        # Time for a third to come, if nothing holds it back.
        self.third_came.wait(0.02)
        with self.lock:
            self.present -= 1
