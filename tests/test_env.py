import os
import stat
import tempfile
import traceback
from pathlib import Path
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from platform_project.env import PlatformEnv, stored_secret_key

NAME = "TEST_VARIABLE"


class EnvTestCase(SimpleTestCase):
    def read(self, value, reader):
        environment = {} if value is None else {NAME: value}
        with mock.patch.dict(os.environ, environment):
            return reader(PlatformEnv())

    def refusal(self, value, reader):
        with pytest.raises(ImproperlyConfigured) as caught:
            self.read(value, reader)
        return caught.value


def switch(env):
    return env.switch(NAME, default=True)


def count(env):
    return env.count(NAME, 8, minimum=1, maximum=64)


def rate(env):
    return env.rate(NAME, "60/m")


def ports(env):
    return env.ports(NAME, "80,443")


def database(env):
    return env.database(NAME, {"ENGINE": "default"})


class SwitchTests(EnvTestCase):
    def test_reads_true_and_false(self):
        assert self.read("true", switch) is True
        assert self.read("false", switch) is False

    def test_has_a_default(self):
        assert self.read(None, switch) is True

    def test_may_have_words_of_its_own(self):
        def on_or_off(env):
            return env.switch(NAME, default=True, words=("off", "on"))

        assert self.read("on", on_or_off) is True
        assert self.read("off", on_or_off) is False
        assert self.read(None, on_or_off) is True
        assert "must be 'on' or 'off'" in str(self.refusal("true", on_or_off))

    def test_names_the_variable_with_a_wrong_value(self):
        for value in ("maybe", "", "2", "ture"):
            with self.subTest(value=value):
                message = str(self.refusal(value, switch))

                assert message == (
                    f"{NAME} must be 'true' or 'false'; it is {value!r}."
                )


class CountTests(EnvTestCase):
    def test_reads_whole_numbers(self):
        assert self.read("1", count) == 1
        assert self.read("64", count) == 64

    def test_has_a_default(self):
        assert self.read(None, count) == 8

    def test_names_the_variable_with_a_wrong_value(self):
        for value in ("", "many", "1.5", "0", "65", "-1", "1e3"):
            with self.subTest(value=value):
                assert NAME in str(self.refusal(value, count))


class PortsTests(EnvTestCase):
    def test_reads_ports(self):
        assert self.read("443", ports) == [443]
        assert self.read("1, 8443 ,65535", ports) == [1, 8443, 65535]

    def test_has_a_default(self):
        assert self.read(None, ports) == [80, 443]

    def test_names_the_variable_with_a_wrong_value(self):
        for value in (
            "",
            "0",
            "65536",
            "80,",
            ",",
            "80;443",
            "-1",
            "http",
            "80,\u0668",
        ):
            with self.subTest(value=value):
                message = str(self.refusal(value, ports))

                assert message == (
                    f"{NAME} must be numbers from 1 to 65535 with commas between "
                    f"them, such as '80,443'; it is {value!r}."
                )


class RateTests(EnvTestCase):
    def test_reads_a_count_and_a_period(self):
        for value in ("60/m", "5/5m", "1/s", "1000/24h", "2/d"):
            with self.subTest(value=value):
                assert self.read(value, rate) == value

    def test_has_a_default(self):
        assert self.read(None, rate) == "60/m"

    def test_names_the_variable_with_a_wrong_value(self):
        for value in ("", "60", "0/m", "-1/m", "60/", "60/w", "60/0m", "m/60", "6 /m"):
            with self.subTest(value=value):
                assert NAME in str(self.refusal(value, rate))


class DatabaseTests(EnvTestCase):
    def test_reads_a_url(self):
        settings = self.read("postgres://ada:secret@db:5433/platform", database)

        assert settings["HOST"] == "db"
        assert settings["PORT"] == 5433
        assert settings["PASSWORD"] == "secret"

    def test_has_a_default(self):
        assert self.read(None, database) == {"ENGINE": "default"}
        assert self.read("", database) == {"ENGINE": "default"}

    def test_names_the_variable_and_never_shows_the_password(self):
        for value in (
            "ada:hunter2@db/platform",
            "oops://ada:hunter2@db/platform",
            "postgres://ada:hunter2/9@db/platform",
            "postgres://ada:hunter2#9@db/platform",
            "postgres://ada:hunter2@db:port/platform",
            "postgres://ada:hunter2@[db/platform",
            "hunter2",
        ):
            with self.subTest(value=value):
                error = self.refusal(value, database)

                assert NAME in str(error)
                printed = "".join(traceback.format_exception(error))
                assert "hunter2" not in printed.replace(repr(value), "")


class StoredSecretKeyTests(SimpleTestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = Path(folder) / "var" / "secret_key"

    def test_is_long_and_random(self):
        key = stored_secret_key(self.path)
        other = stored_secret_key(self.path.with_name("other"))

        assert len(key) >= 64
        assert key != other

    def test_is_made_once(self):
        assert stored_secret_key(self.path) == stored_secret_key(self.path)

    def test_is_for_its_owner_only(self):
        stored_secret_key(self.path)

        assert stat.S_IMODE(self.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(self.path.parent.stat().st_mode) == 0o700

    def test_leaves_no_draft_behind(self):
        stored_secret_key(self.path)

        assert list(self.path.parent.iterdir()) == [self.path]

    def test_is_the_first_where_two_make_it_at_once(self):
        first = stored_secret_key(self.path)

        with mock.patch.object(Path, "exists", autospec=True, return_value=False):
            second = stored_secret_key(self.path)

        assert second == first
        assert list(self.path.parent.iterdir()) == [self.path]

    def test_names_the_setting_where_the_folder_cannot_be_made(self):
        self.path.parent.write_text("a file, not a folder")

        with pytest.raises(ImproperlyConfigured, match="STORAGE_PATH"):
            stored_secret_key(self.path)
