import os
import tempfile
from pathlib import Path
from time import time
from unittest.mock import patch

import pytest
from django.test import SimpleTestCase

from files.capture import folders
from files.capture.folders import (
    folder_of,
    keep_up,
    make_folder,
    remove_browser,
    remove_old_folders,
)

HOSTILE = ("", ".", "..", "../etc", "a/b", "/etc", "-rf", "a\0b", "a\n", "ü", "x" * 101)


class BrowserFolderTests(SimpleTestCase):
    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(patch("files.capture.folders.ROOT", self.root))
        self.ours = os.geteuid(), os.getegid()
        user = patch("files.capture.folders.browser_user", lambda: self.ours)
        self.enterContext(user)

    def make_old(self, name):
        folder = make_folder(name)
        (folder / "profile").mkdir()
        (folder / "profile" / "Cookies").write_text("a")
        moment = time() - folders.OLD_SECONDS - 10
        os.utime(folder, (moment, moment))
        return folder

    def belong_to_strangers(self):
        return patch("files.capture.folders._users", lambda: {999_999})

    def test_is_for_its_user_alone(self):
        folder = make_folder("one")

        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.parent == self.root

    def test_has_no_hostile_name(self):
        for name in HOSTILE:
            with self.subTest(name), pytest.raises(ValueError, match="cannot be named"):
                make_folder(name)
            with self.subTest(name), pytest.raises(ValueError, match="cannot be named"):
                remove_browser(name)

    def test_is_no_folder_that_was_there(self):
        make_folder("one")

        with pytest.raises(FileExistsError):
            make_folder("one")

    def test_is_no_link_that_was_there(self):
        for target in (self.root, self.root / "nowhere"):
            with self.subTest(target):
                folder_of("one").symlink_to(target)

                with pytest.raises(FileExistsError):
                    make_folder("one")
                folder_of("one").unlink()

    def test_goes_with_what_is_in_it(self):
        folder = make_folder("one")
        (folder / "profile").mkdir()
        (folder / "profile" / "Cookies").write_text("a")

        remove_browser("one")

        assert not folder.exists()

    def test_may_have_gone_before(self):
        remove_browser("one")

        assert list(self.root.iterdir()) == []

    def test_does_not_take_with_it_what_links_lead_to(self):
        kept = self.root / "kept"
        kept.mkdir()
        (kept / "file").write_text("a")
        (make_folder("one") / "link").symlink_to(kept)

        remove_browser("one")

        assert (kept / "file").exists()

    def test_is_left_where_it_has_become_a_link(self):
        kept = self.root / "kept"
        kept.mkdir()
        folder_of("one").symlink_to(kept)

        remove_browser("one")

        assert kept.exists()

    def test_is_left_where_it_is_a_stranger_s(self):
        folder = make_folder("one")

        with self.belong_to_strangers():
            remove_browser("one")

        assert folder.exists()

    def test_is_told_of_where_it_cannot_be_removed(self):
        make_folder("one")

        with (
            patch("files.capture.folders.shutil.rmtree", side_effect=PermissionError),
            self.assertLogs("files.capture.folders", "ERROR"),
        ):
            remove_browser("one")

    def test_goes_after_an_hour(self):
        old, young = self.make_old("old"), make_folder("young")

        with self.assertLogs("files.capture.folders", "WARNING"):
            remove_old_folders()

        assert not old.exists()
        assert young.exists()

    def test_goes_by_the_hourly_upkeep(self):
        old = self.make_old("old")

        with self.assertLogs("files.capture.folders", "WARNING"):
            position = keep_up(seconds=5, position="")

        assert position is None
        assert not old.exists()

    def test_stays_after_an_hour_where_it_is_a_stranger_s_or_a_link(self):
        old = self.make_old("old")
        link = folder_of("link")
        link.symlink_to(old)

        with self.belong_to_strangers():
            remove_old_folders()

        assert old.exists()
        assert link.is_symlink()

    def test_stays_after_an_hour_where_the_name_is_not_of_a_browser(self):
        strange = self.make_old("old").rename(self.root / "hs-browser--rf")
        moment = time() - folders.OLD_SECONDS - 10
        os.utime(strange, (moment, moment))

        remove_old_folders()

        assert strange.exists()
