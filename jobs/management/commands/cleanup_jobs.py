from django.core.management.base import BaseCommand

from jobs.retention import delete_old_jobs


class Command(BaseCommand):
    help = "Delete the jobs that ended over JOB_RETENTION_DAYS ago; their files stay."

    def handle(self, *args, **options):
        self.stdout.write(f"{delete_old_jobs()} jobs were deleted")
