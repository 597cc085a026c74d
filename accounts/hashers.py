import threading

from django.contrib.auth.hashers import Argon2PasswordHasher

_MEMORY = threading.BoundedSemaphore(2)


class FrugalArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with OWASP's smallest recommended memory, two hashes at a time.

    Django's default takes 100 MiB a hash, so ten logins at once would take 1 GB.
    https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1

    def encode(self, password, salt):
        with _MEMORY:
            return super().encode(password, salt)

    def verify(self, password, encoded):
        with _MEMORY:
            return super().verify(password, encoded)
