from django.core.management.base import BaseCommand

from files.retention import clean_up, compare_all


class Command(BaseCommand):
    help = (
        "Remove expired files, old trash, ended links, and what lies in the storage "
        "without a row; put rows without a file into the trash."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Only tell what would be done."
        )

    def handle(self, *args, dry_run, **options):
        found = [*clean_up(is_dry_run=dry_run), *compare_all(is_dry_run=dry_run)]
        for one in found:
            count, size = one.removed.count, one.removed.size
            self.stdout.write(f"{one.what}: {count} ({size} bytes)")
        if dry_run:
            self.stdout.write("Nothing was changed.")
