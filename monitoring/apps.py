from time import monotonic

from django.apps import AppConfig

# Apps are loaded when the process starts; the URLs, and health, by its first request.
STARTED_AT = monotonic()


class MonitoringConfig(AppConfig):
    name = "monitoring"
