from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordError
from rest_framework import serializers

from accounts.models import Session, User
from common.api.serializers import (
    CamelCaseModelSerializer,
    CamelCaseSerializer,
    FreeFormField,
    TimestampField,
)

MAX_PASSWORD_LENGTH = 128


class UserStatsSerializer(CamelCaseModelSerializer):
    last_activity = TimestampField(source="last_activity_at", allow_null=True)

    class Meta:
        model = User
        fields = [
            "total_sessions",
            "total_jobs",
            "total_files_generated",
            "stored_bytes",
            "last_activity",
        ]


class UserSerializer(CamelCaseModelSerializer):
    last_login_at = TimestampField(source="last_login", read_only=True)
    metadata = FreeFormField(required=False)
    preferences = FreeFormField(required=False)
    stats = UserStatsSerializer(source="*", read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "created_at",
            "last_login_at",
            "metadata",
            "preferences",
            "stats",
        ]
        read_only_fields = ["id", "email", "created_at"]


class AddressField(serializers.EmailField):
    """An address as it is stored, so that the validators see what is stored."""

    def to_internal_value(self, data):
        return User.normalize_username(super().to_internal_value(data))


class SignUpSerializer(CamelCaseSerializer):
    email = AddressField(max_length=254)
    password = serializers.CharField(
        max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False, write_only=True
    )
    metadata = FreeFormField(default=dict)
    preferences = FreeFormField(default=dict)

    def validate(self, attrs):
        try:
            validate_password(attrs["password"], User(email=attrs["email"]))
        except PasswordError as error:
            raise serializers.ValidationError({"password": error.messages}) from None
        return attrs


class SignInSerializer(CamelCaseSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(
        max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False, write_only=True
    )
    metadata = FreeFormField(default=dict)


class SessionSerializer(CamelCaseModelSerializer):
    metadata = FreeFormField(required=False)
    data = FreeFormField(required=False)

    class Meta:
        model = Session
        fields = [
            "id",
            "user_id",
            "created_at",
            "last_accessed_at",
            "expires_at",
            "metadata",
            "data",
        ]
        read_only_fields = [
            "id",
            "user_id",
            "created_at",
            "last_accessed_at",
            "expires_at",
        ]


class SessionListItemSerializer(CamelCaseModelSerializer):
    class Meta:
        model = Session
        fields = ["id", "created_at", "last_accessed_at", "expires_at", "metadata"]


# What the answers look like, for the schema and for nothing else.


class UserAnswerSerializer(CamelCaseSerializer):
    user = UserSerializer()


class SessionAnswerSerializer(CamelCaseSerializer):
    session = SessionSerializer()
    user = UserSerializer()


class SignedInSerializer(CamelCaseSerializer):
    session_id = serializers.CharField(source="pk")
    token = serializers.CharField(help_text="Shown once; send it as a bearer token.")
    user_id = serializers.CharField()
    created_at = TimestampField()
    expires_at = TimestampField()


class SessionChangedSerializer(CamelCaseSerializer):
    session_id = serializers.CharField(source="pk")
    message = serializers.CharField()


class MessageSerializer(CamelCaseSerializer):
    message = serializers.CharField()
