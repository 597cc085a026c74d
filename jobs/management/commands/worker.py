from django.core.management.base import BaseCommand

from jobs.cluster import run_worker_node


class Command(BaseCommand):
    help = "Do jobs in the background, with JOB_WORKERS processes, until stopped."

    def handle(self, *args, **options):
        run_worker_node()
