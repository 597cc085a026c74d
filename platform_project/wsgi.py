"""The web server's entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from common.process_tree import die_with_parent
from common.replay import ReplayedResponses
from common.request_bodies import BoundedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_project.settings")

# Imported by each of granian's worker processes.
die_with_parent()

application = BoundedBodies(ReplayedResponses(get_wsgi_application()))

# What is loaded by now stays: the collector need not walk it again and again.
gc.collect()
gc.freeze()
