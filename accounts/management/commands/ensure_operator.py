from django.core.management.base import BaseCommand

from accounts.signing_up import ensure_operator


class Command(BaseCommand):
    help = (
        "Create the first operator, unless there is one. The login is printed once: "
        "OPERATOR_EMAIL, and OPERATOR_PASSWORD or a generated password."
    )

    def handle(self, *args, **options):
        created = ensure_operator()
        if created is None:
            return
        operator, password = created
        self.stdout.write(
            "\nThe first operator, shown this once:\n"
            f"  e-mail    {operator.email}\n"
            f"  password  {password}\n\n"
        )
