from django.contrib import admin

from jobs.exceptions import JobStateConflict
from jobs.models import Job, WorkerNode


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display = [
        "id",
        "owner",
        "kind",
        "status",
        "progress",
        "priority",
        "attempts",
        "crashes",
        "created_at",
        "started_at",
        "completed_at",
    ]
    list_filter = ["status", "kind", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["id", "owner__email"]
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["cancel", "retry"]
    # Neither the payload, which is the owner's own text, nor the claim's token.
    fields = [*list_display, "progress_message", "run_at", "process", "errors"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # A worker may be at it; cancel it instead.
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("payload", "result")

    @admin.action(description="Cancel jobs that wait", permissions=["change"])
    def cancel(self, request, queryset):
        self._each(request, queryset, Job.cancel, "cancelled")

    @admin.action(
        description="Retry jobs that failed or were cancelled", permissions=["change"]
    )
    def retry(self, request, queryset):
        self._each(request, queryset, Job.retry, "queued again")

    def _each(self, request, queryset, verb, done):
        count = refused = 0
        for job in queryset:
            try:
                verb(job)
                count += 1
            except JobStateConflict:
                refused += 1
        self.message_user(request, f"{count} {done}; {refused} not in that state.")


@admin.register(WorkerNode)
class WorkerNodeAdmin(admin.ModelAdmin):
    list_display = ["id", "host", "process", "workers", "started_at", "heartbeat_at"]
    readonly_fields = list_display
    ordering = ["-heartbeat_at"]

    def has_add_permission(self, request):
        return False
