from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

from accounts.models import Session, User


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)
        field_classes = {"email": forms.EmailField}


class ChangeUserForm(UserChangeForm):
    def clean_metadata(self):
        return free_form_object(self.cleaned_data["metadata"])

    def clean_preferences(self):
        return free_form_object(self.cleaned_data["preferences"])


def free_form_object(value) -> dict:
    """Return what an operator typed; an emptied field is an empty object."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise forms.ValidationError("Must be an object.")
    return value


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = ChangeUserForm
    add_form = NewUserForm
    list_display = [
        "email",
        "is_active",
        "is_staff",
        "total_sessions",
        "total_jobs",
        "total_files_generated",
        "stored_bytes",
        "last_activity_at",
        "created_at",
    ]
    list_filter = ["is_active", "is_staff", "created_at"]
    search_fields = ["email", "id"]
    ordering = ["-created_at"]
    readonly_fields = [
        "id",
        "total_sessions",
        "total_jobs",
        "total_files_generated",
        "stored_bytes",
        "last_activity_at",
        "last_login",
        "created_at",
    ]
    fieldsets = [
        (None, {"fields": ["id", "email", "password"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        ("The client's own", {"fields": ["metadata", "preferences"]}),
        (
            "Statistics",
            {
                "fields": [
                    "total_sessions",
                    "total_jobs",
                    "total_files_generated",
                    "stored_bytes",
                    "last_activity_at",
                    "last_login",
                    "created_at",
                ]
            },
        ),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "usable_password", "password1", "password2"]}),
    ]


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    list_display = [
        "id",
        "user",
        "created_at",
        "last_accessed_at",
        "expires_at",
        "revoked_at",
    ]
    list_filter = ["created_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["id", "user__email"]
    ordering = ["-id"]
    actions = ["revoke"]
    fields = list_display
    readonly_fields = list_display

    def has_add_permission(self, request):
        return False

    @admin.action(
        description="Revoke: the token stops working at once", permissions=["change"]
    )
    def revoke(self, request, queryset):
        for session in queryset:
            session.revoke()
        self.message_user(request, f"{len(queryset)} sessions revoked.")
