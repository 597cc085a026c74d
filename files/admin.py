from django.contrib import admin

from files.models import StoredFile


@admin.register(StoredFile)
class StoredFileAdmin(admin.ModelAdmin):
    list_display = ["id", "owner", "type", "size", "job_id", "created_at"]
    list_filter = ["type", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["id", "file_name", "owner__email"]
    ordering = ["-id"]
    # The job's id, not the job: it would be read with the whole document.
    fields = [*list_display, "file_name", "sha256"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # A row without its file, or a file without its row, helps nobody.
        return False
