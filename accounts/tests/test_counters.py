from django.test import TestCase

from accounts.models import User
from accounts.tests.factories import make_user


class CountersTests(TestCase):
    def setUp(self):
        self.stale = make_user()
        User.objects.changed(self.stale.pk, total_jobs=2, kept_jobs=1)

    def test_outlive_a_user_that_was_read_before_and_is_saved_after(self):
        self.stale.set_password("a new one, of some length")

        self.stale.save()

        user = User.objects.get()
        assert (user.total_jobs, user.kept_jobs, user.data_version) == (2, 1, 1)
        assert user.check_password("a new one, of some length")

    def test_can_be_saved_by_name(self):
        self.stale.total_jobs = 7

        self.stale.save(update_fields=["total_jobs"])

        assert User.objects.get().total_jobs == 7

    def test_never_fall_below_zero(self):
        User.objects.changed(self.stale.pk, kept_jobs=-5)

        assert User.objects.get().kept_jobs == 0
