"""The web server's entry point."""

import os

from django.core.wsgi import get_wsgi_application

from common.process_tree import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_project.settings")

# Imported by each of granian's worker processes.
die_with_parent()

application = get_wsgi_application()
