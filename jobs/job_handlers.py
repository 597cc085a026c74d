from jobs import upkeep
from jobs.handlers import WEBHOOK, WEBHOOK_LANE, Handler, register

register(
    Handler(
        kind=WEBHOOK,
        type=WEBHOOK,
        lane=WEBHOOK_LANE,
        path="jobs.webhooks.deliver",
        timeout_seconds=30,
        # Over some four hours at most, for a server that is down for a while.
        max_attempts=12,
        first_backoff_seconds=5,
        longest_backoff_seconds=3600,
    )
)

upkeep.register("jobs.retention.keep_up")
upkeep.register("jobs.retention.forget_payloads")
