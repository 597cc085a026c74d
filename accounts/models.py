import hashlib
import secrets
from datetime import timedelta
from functools import partial
from typing import Self

from django.conf import settings
from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from common.ids import new_id

SELECT_DATA_VERSION = """
    SELECT "user".data_version
    FROM accounts_session AS session
    JOIN accounts_user AS "user" ON "user".id = session.user_id
    WHERE session.token_digest = %s AND session.revoked_at IS NULL
      AND session.expires_at > %s AND "user".is_active AND NOT "user".is_staff
"""
COUNTED = {
    "total_sessions",
    "total_jobs",
    "kept_jobs",
    "total_files_generated",
    "stored_bytes",
    "last_activity_at",
    "data_version",
}
LAST_USE_RESOLUTION = timedelta(minutes=1)


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> Self:
        return self if user.is_staff else self.filter(pk=user.pk)

    def changed(self, pk: str, **amounts: int) -> None:
        """Note that something of the user's changed, and add to totals.

        Belongs into the transaction of the change: whoever reads the new version
        finds the new data.
        """
        # In SQL, as every change of a job does it.
        columns = [connection.ops.quote_name(name) for name in amounts]
        # None falls below zero, whatever a restored backup has miscounted.
        changes = "".join(
            f", {column} = CASE WHEN {column} + %s < 0 THEN 0 ELSE {column} + %s END"
            for column in columns
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE accounts_user SET data_version = data_version + 1{changes} "  # noqa: S608
                f"WHERE id = %s",
                [*(amount for amount in amounts.values() for _ in range(2)), pk],
            )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=User.normalize_username(email))

    def create_user(self, email: str, password: str, **fields) -> "User":
        user = self.model(email=User.normalize_username(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields) -> "User":
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody with an e-mail address and a password; an operator if `is_staff`."""

    id = models.CharField(
        primary_key=True,
        max_length=40,
        default=partial(new_id, "user"),
        editable=False,
    )
    email = models.EmailField("e-mail address", max_length=254, unique=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Unset this to lock the account."
    )
    is_staff = models.BooleanField(
        "operator", default=False, help_text="Sees everything, and may use the admin."
    )
    metadata = models.JSONField(default=dict, blank=True)
    preferences = models.JSONField(default=dict, blank=True)
    total_sessions = models.PositiveIntegerField(default=0, editable=False)
    total_jobs = models.PositiveIntegerField(default=0, editable=False)
    # Those that are still in the table: counting a million rows takes a while.
    kept_jobs = models.PositiveIntegerField(default=0, editable=False)
    total_files_generated = models.PositiveIntegerField(default=0, editable=False)
    # What the user's files take that are not in the trash.
    stored_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    last_activity_at = models.DateTimeField(null=True, editable=False)
    # Counts every change of what the user sees in lists: an answer made at one
    # version holds until the next.
    data_version = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.email

    def save(self, *args, **kwargs) -> None:
        """Save the user, but never the counters of a row that is there already.

        They are changed in the database alone; an object has those of when it was
        read, and `changepassword` reads it long before it writes it.
        """
        if not self._state.adding and kwargs.get("update_fields") is None:
            fields = {field.name for field in self._meta.concrete_fields}
            kwargs["update_fields"] = fields - COUNTED - {"id"}
        super().save(*args, **kwargs)

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return the address as it is stored: two spellings are one account."""
        return super().normalize_username(username).strip().lower()


class SessionQuerySet(models.QuerySet):
    def active(self) -> Self:
        return self.filter(
            revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True
        )

    def visible_to(self, user: User) -> Self:
        return self if user.is_staff else self.filter(user=user)

    def for_token(self, token: str) -> "Session | None":
        """Return the active session of `token` with its user, in one query."""
        found = self.select_related("user").filter(token_digest=digest_of(token))
        session = next(iter(found), None)
        return session if session is not None and session.is_active else None

    def version_for_token(self, token: str) -> int | None:
        """Return the `data_version` of the token's user; None for operators, who see
        more than their own, and where the session is not active.

        Written in SQL, as the ORM takes ten times as long to compile it as SQLite
        to run it, and every replayed answer asks for it.
        """
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(SELECT_DATA_VERSION, [digest_of(token), now])
            row = cursor.fetchone()
        return row[0] if row else None

    def open(self, *, user: User, metadata: dict) -> tuple["Session", str]:
        """Start a session of 24 hours; the token is known only now."""
        token = f"tok_{secrets.token_urlsafe(32)}"
        now = timezone.now()
        with transaction.atomic():
            session = self.create(
                user=user,
                token_digest=digest_of(token),
                metadata=metadata,
                created_at=now,
                last_accessed_at=now,
                expires_at=now + settings.API_SESSION_LIFETIME,
            )
            User.objects.filter(pk=user.pk).update(
                total_sessions=F("total_sessions") + 1,
                last_login=now,
                last_activity_at=now,
            )
        return session, token


def digest_of(token: str) -> str:
    """Return what is stored of a token; its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class Session(models.Model):
    """A signed-in client: the bearer token's digest and what the client keeps here."""

    id = models.CharField(
        primary_key=True,
        max_length=40,
        default=partial(new_id, "sess"),
        editable=False,
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    metadata = models.JSONField(default=dict, blank=True)
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(editable=False)
    last_accessed_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("user", "id", name="session_of_user")]

    def __str__(self) -> str:
        return self.pk

    @property
    def is_active(self) -> bool:
        is_open = self.revoked_at is None and self.expires_at > timezone.now()
        return is_open and self.user.is_active

    def touch(self) -> None:
        """Note that the session was used, with one write a minute at most."""
        now = timezone.now()
        if now - self.last_accessed_at < LAST_USE_RESOLUTION:
            return
        stale = Q(last_accessed_at__lte=now - LAST_USE_RESOLUTION)
        if Session.objects.filter(stale, pk=self.pk).update(last_accessed_at=now):
            User.objects.filter(pk=self.user_id).update(last_activity_at=now)
        self.last_accessed_at = now

    def revoke(self) -> None:
        """End the session; its token stops working at once."""
        now = timezone.now()
        Session.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
