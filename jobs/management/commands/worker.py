from django.core.management.base import BaseCommand, CommandError

from jobs.cluster import run_worker_node


class Command(BaseCommand):
    help = "Do jobs in the background, with JOB_WORKERS processes, until stopped."

    def handle(self, *args, **options):
        try:
            run_worker_node()
        except RuntimeError as error:
            raise CommandError(str(error)) from error
