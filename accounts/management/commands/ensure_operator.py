from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.exceptions import EmailTaken
from accounts.signing_up import ensure_operator


class Command(BaseCommand):
    help = (
        "Create the first operator, unless there is one. The login is printed once: "
        "OPERATOR_EMAIL, and the password if OPERATOR_PASSWORD does not give it."
    )

    def handle(self, *args, **options):
        try:
            created = ensure_operator()
        except EmailTaken:
            raise CommandError(
                f"OPERATOR_EMAIL: {settings.OPERATOR_EMAIL} is a user who is no "
                "operator; name another address."
            ) from None
        if created is None:
            return
        operator, password = created
        # A password that the operator chose is a secret that no log needs.
        shown = "that of OPERATOR_PASSWORD" if settings.OPERATOR_PASSWORD else password
        self.stdout.write(
            "\nThe first operator, shown this once:\n"
            f"  e-mail    {operator.email}\n"
            f"  password  {shown}\n\n"
        )
