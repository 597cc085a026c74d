from django.test import TestCase
from django.utils import timezone

from accounts.models import Session, User
from accounts.tests.factories import make_session, make_user


class DataVersionTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.session = make_session()

    def version(self):
        return Session.objects.version_for_token(self.session.token)

    def test_rises_with_each_change(self):
        before = self.version()

        User.objects.changed(self.session.user_id)

        assert self.version() == before + 1

    def test_does_not_rise_with_changes_of_others(self):
        before = self.version()

        User.objects.changed(make_user().pk)

        assert self.version() == before

    def test_adds_to_totals(self):
        User.objects.changed(self.session.user_id, total_jobs=2)

        self.session.user.refresh_from_db()
        assert self.session.user.total_jobs == 2

    def test_is_none_for_an_unknown_token(self):
        assert Session.objects.version_for_token("tok_unknown") is None

    def test_is_none_once_the_session_is_revoked(self):
        self.session.revoke()

        assert self.version() is None

    def test_is_none_once_the_session_has_expired(self):
        Session.objects.update(expires_at=timezone.now())

        assert self.version() is None

    def test_is_none_once_the_user_is_locked(self):
        User.objects.update(is_active=False)

        assert self.version() is None

    def test_takes_one_query(self):
        with self.assertNumQueries(1):
            self.version()
