from django.conf import settings
from django.contrib import admin

from common.exceptions import ApplicationError
from jobs.lanes import pause_lane, resume_lane
from jobs.models import Job, Lane, WorkerNode
from jobs.submission import retry_job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = [
        "id",
        "owner",
        "kind",
        "lane",
        "status",
        "progress",
        "priority",
        "attempts",
        "crashes",
        "interruptions",
        "created_at",
        "started_at",
        "completed_at",
    ]
    list_filter = ["status", "kind", "lane", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["id", "owner__email"]
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["cancel", "retry", "remove"]
    # Neither the payload, which is the owner's own text, nor the claim's token.
    fields = [*list_display, "progress_message", "run_at", "process", "errors"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # A worker may be at it: the action below deletes only those that have ended.
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("payload", "result")

    @admin.action(description="Cancel jobs that have not ended", permissions=["change"])
    def cancel(self, request, queryset):
        self._each(request, queryset, _cancel, "cancelled")

    @admin.action(
        description="Retry jobs that failed or were cancelled", permissions=["change"]
    )
    def retry(self, request, queryset):
        self._each(request, queryset, retry_job, "queued again")

    @admin.action(description="Delete jobs that have ended", permissions=["change"])
    def remove(self, request, queryset):
        self._each(request, queryset, Job.remove, "deleted")

    def _each(self, request, queryset, verb, done):
        count = refused = 0
        for job in queryset:
            try:
                verb(job)
                count += 1
            except ApplicationError:
                refused += 1
        self.message_user(request, f"{count} {done}; {refused} could not be.")


def _cancel(job: Job) -> None:
    job.cancel("by an operator")


@admin.register(Lane)
class LaneAdmin(admin.ModelAdmin):
    list_display = ["name", "paused_at"]
    readonly_fields = list_display
    ordering = ["name"]
    actions = ["pause", "resume"]

    def get_queryset(self, request):
        # Another version of the platform may have left lanes that this one lacks.
        return super().get_queryset(request).filter(name__in=settings.JOB_LANES)

    def changelist_view(self, request, extra_context=None):
        # A lane that was never paused has no row, and could not be chosen.
        Lane.objects.bulk_create(map(Lane, settings.JOB_LANES), ignore_conflicts=True)
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description="Pause: begin no more jobs", permissions=["change"])
    def pause(self, request, queryset):
        for lane in queryset:
            pause_lane(lane.name)
        self.message_user(request, f"{len(queryset)} paused.")

    @admin.action(description="Resume: begin jobs again", permissions=["change"])
    def resume(self, request, queryset):
        for lane in queryset:
            resume_lane(lane.name)
        self.message_user(request, f"{len(queryset)} resumed.")


@admin.register(WorkerNode)
class WorkerNodeAdmin(admin.ModelAdmin):
    list_display = ["id", "host", "process", "workers", "started_at", "heartbeat_at"]
    readonly_fields = list_display
    ordering = ["-heartbeat_at"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # Its jobs would be given to others while it is still at them.
        return False
