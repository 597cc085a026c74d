from django.contrib import admin

from common.exceptions import ApplicationError
from files.models import FileLink, StoredFile
from files.trash import put_into_trash, restore_from_trash


class FileLinkInline(admin.TabularInline):
    model = FileLink
    # Not the address, with which anybody reads the file.
    fields = ["id", "created_at", "expires_at", "revoked_at", "downloads"]
    readonly_fields = fields
    ordering = ["-id"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(StoredFile)
class StoredFileAdmin(admin.ModelAdmin):
    list_display = [
        "id",
        "owner",
        "type",
        "origin",
        "size",
        "job_id",
        "created_at",
        "expires_at",
        "trashed_at",
    ]
    list_filter = ["type", "origin", "created_at", "trashed_at"]
    list_select_related = ["owner"]
    search_fields = ["id", "file_name", "owner__email"]
    ordering = ["-id"]
    actions = ["put_into_trash", "restore"]
    inlines = [FileLinkInline]
    # The job's id, not the job: it would be read with the whole document.
    fields = [*list_display, "file_name", "sha256", "removed_at"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # A row without its file, or a file without its row, helps nobody.
        return False

    @admin.action(
        description="Put into the trash, and end its links", permissions=["change"]
    )
    def put_into_trash(self, request, queryset):
        self._each(request, queryset, put_into_trash, "put into the trash")

    @admin.action(description="Restore from the trash", permissions=["change"])
    def restore(self, request, queryset):
        self._each(request, queryset, restore_from_trash, "restored")

    def _each(self, request, queryset, verb, done):
        count = refused = 0
        for stored in queryset:
            try:
                verb(stored)
                count += 1
            except ApplicationError:
                refused += 1
        self.message_user(request, f"{count} {done}; {refused} could not be.")
