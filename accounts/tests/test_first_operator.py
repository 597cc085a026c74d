from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import TestCase, override_settings

from accounts.models import User
from accounts.tests.factories import make_user


def ensure_operator():
    output = StringIO()
    call_command("ensure_operator", stdout=output)
    return output.getvalue()


@override_settings(
    OPERATOR_EMAIL="Ops@example.com", OPERATOR_PASSWORD="battery-staple-9"
)
class FirstOperatorTests(TestCase):
    def test_is_created_with_all_rights(self):
        ensure_operator()

        operator = User.objects.get()
        assert operator.email == "ops@example.com"
        assert operator.is_staff
        assert operator.is_superuser

    def test_has_the_password_of_the_settings(self):
        output = ensure_operator()

        assert User.objects.get().check_password("battery-staple-9")
        assert "battery-staple-9" not in output
        assert "that of OPERATOR_PASSWORD" in output

    @override_settings(OPERATOR_PASSWORD="")
    def test_has_a_random_password_otherwise(self):
        output = ensure_operator()

        password = output.split("password")[1].split()[0]
        assert len(password) >= 20
        assert User.objects.get().check_password(password)

    def test_is_created_and_printed_once(self):
        ensure_operator()

        output = ensure_operator()

        assert output == ""
        assert User.objects.count() == 1

    def test_is_not_created_beside_another_operator(self):
        make_user(is_staff=True)

        output = ensure_operator()

        assert output == ""
        assert User.objects.count() == 1

    def test_is_created_beside_ordinary_users(self):
        make_user()

        ensure_operator()

        assert User.objects.filter(is_staff=True).count() == 1

    def test_says_which_setting_to_change_where_a_user_has_the_address(self):
        make_user(email="ops@example.com")

        with pytest.raises(CommandError, match=r"OPERATOR_EMAIL: .*another address"):
            ensure_operator()
