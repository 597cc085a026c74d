from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import Sum
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.tests.factories import api_client, make_user
from files.models import StoredFile
from files.retention import clean_up, compare_all
from files.tests.factories import limits, png_bytes, stored_names

PNG = png_bytes()


class Client:
    """Does to a user's files what a client and time can do."""

    def __init__(self):
        self.user = make_user()
        self.api = api_client(self.user)

    def upload(self, choice):
        self.api.generic("POST", "/api/files", PNG, content_type="image/png")

    def delete(self, choice):
        self.api.delete(self.pick(choice))

    def delete_for_good(self, choice):
        self.api.delete(f"{self.pick(choice)}?permanent=true")

    def restore(self, choice):
        self.api.post(f"{self.pick(choice)}/restore")

    def expire(self, choice):
        name = self.pick(choice).rpartition("/")[2]
        past = timezone.now() - timedelta(seconds=1)
        StoredFile.objects.filter(file_name=name).update(expires_at=past)

    def age_trash(self, choice):
        long_ago = timezone.now() - timedelta(days=30)
        trash = StoredFile.objects.filter(trashed_at__isnull=False)
        trash.update(trashed_at=long_ago)

    def clean_up(self, choice):
        clean_up()
        compare_all()

    def pick(self, choice):
        files = list(StoredFile.objects.filter(owner=self.user).order_by("pk"))
        return files[choice % len(files)].url if files else "/api/files/none"


STEPS = [
    "upload",
    "upload",
    "delete",
    "delete_for_good",
    "restore",
    "expire",
    "age_trash",
    "clean_up",
]


STEP = st.tuples(st.sampled_from(STEPS), st.integers(0, 9))


class BooksBalanceTests(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(steps=st.lists(STEP, max_size=25))
    def test_whatever_a_client_does(self, steps):
        for name in stored_names():  # Of examples before, whose rows are gone.
            default_storage.delete(name)
        client = Client()

        with limits(user_bytes=3 * len(PNG)):
            for step, choice in steps:
                getattr(client, step)(choice)
                self.assert_balance(client.user)

    def assert_balance(self, user):
        user.refresh_from_db()
        kept = StoredFile.objects.filter(owner=user, trashed_at=None)
        assert user.stored_bytes == (kept.aggregate(size=Sum("size"))["size"] or 0)
        assert user.stored_bytes <= 3 * len(PNG)
        rows = StoredFile.objects.values_list("file_name", flat=True)
        assert set(rows) == stored_names()
