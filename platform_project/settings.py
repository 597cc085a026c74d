"""All settings, from the environment; docs/configuration.md explains each one."""

from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured

from platform_project.env import BASE_DIR, load, stored_secret_key

env = load()

VERSION = "0.1.0"
ENVIRONMENT = env.str("ENVIRONMENT", "production")
DEBUG = env.switch("DEBUG", default=False)

# Where everything that must outlive a restart is kept.
STORAGE_PATH = (BASE_DIR / env.path("STORAGE_PATH", "var")).resolve()

# --- Web -----------------------------------------------------------------------

HOST = env.str("HOST", "127.0.0.1")
PORT = env.count("PORT", 8000, minimum=1, maximum=65535)
WEB_CONCURRENCY = env.count("WEB_CONCURRENCY", 1, minimum=1, maximum=64)
WEB_THREADS = env.count("WEB_THREADS", 64, minimum=4, maximum=512)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
TRUSTED_PROXIES = env.count("TRUSTED_PROXIES", 0, minimum=0, maximum=10)
HTTPS_ONLY = env.switch("HTTPS_ONLY", default=False)
MAX_BODY_BYTES = env.count(
    "MAX_BODY_BYTES", 5_000_000, minimum=10_000, maximum=100_000_000
)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
MAX_STREAMED_BODY_BYTES = env.count(
    "MAX_STREAMED_BODY_BYTES", 200_000_000, minimum=10_000, maximum=100_000_000_000
)
# Bodies that the view itself reads as they come, by media type and path.
STREAMED_BODIES = {
    "application/x-ndjson": (
        "/api/files/generate/csv",
        "/api/files/generate/xlsx",
    ),
}

ROOT_URLCONF = "platform_project.urls"
WSGI_APPLICATION = "platform_project.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "common",
    "accounts",
    "jobs",
    "files",
    "monitoring",
    "platform_project",
]

MIDDLEWARE = [
    "common.middleware.RequestIDMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

# --- Security ------------------------------------------------------------------

DATABASE_URL_IS_SET = bool(env.str("DATABASE_URL", ""))
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY and DATABASE_URL_IS_SET:
    raise ImproperlyConfigured(
        "SECRET_KEY must be set when DATABASE_URL is: all nodes must share one. Make "
        "one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
    )
if not SECRET_KEY:
    SECRET_KEY = stored_secret_key(STORAGE_PATH / "secret_key")

SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
if HTTPS_ONLY and TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_AGE = int(timedelta(hours=24).total_seconds())
CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_FAILURE_VIEW = "common.api.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"

# --- Accounts ------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation." + name}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = ["accounts.hashers.FrugalArgon2PasswordHasher"]
LOGIN_URL = "rest_framework:login"
LOGIN_REDIRECT_URL = "/api/docs"
LOGOUT_REDIRECT_URL = "rest_framework:login"

SIGN_UP_OPEN = env.switch("SIGN_UP_OPEN", default=True)
API_SESSION_LIFETIME = timedelta(hours=24)
OPERATOR_EMAIL = env.str("OPERATOR_EMAIL", "operator@localhost.localdomain")
OPERATOR_PASSWORD = env.str("OPERATOR_PASSWORD", "")

# --- Database, cache, storage --------------------------------------------------

SQLITE = {
    "ENGINE": "common.sqlite",
    "NAME": STORAGE_PATH / "platform.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        # IMMEDIATE is what prevents "database is locked"; see docs/decisions/0002.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA mmap_size=134217728; PRAGMA cache_size=-500"
        ),
    },
}
DATABASES = {"default": env.database("DATABASE_URL", SQLITE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
SILENCED_SYSTEM_CHECKS = [
    # LocMem is shared by all threads of the one web process, which is all that
    # counts requests without Redis; platform.E001 refuses more processes.
    "django_ratelimit.E003",
    # Django's own Redis backend increments atomically too.
    "django_ratelimit.W001",
]

FILES_ROOT = STORAGE_PATH / "files"
STORAGE_QUOTA_MB = env.count("STORAGE_QUOTA_MB", 2048, minimum=512, maximum=100_000_000)
# Kept free of files, for the database and what workers write meanwhile.
STORAGE_RESERVE_MB = 256
USER_QUOTA_MB = env.count("USER_QUOTA_MB", 500, minimum=1, maximum=100_000_000)
FILE_RETENTION_DAYS = env.count("FILE_RETENTION_DAYS", 0, minimum=0, maximum=36_500)
FILE_TRASH_DAYS = env.count("FILE_TRASH_DAYS", 7, minimum=0, maximum=36_500)
STORAGES = {
    "default": {
        "BACKEND": "files.storage.DurableFileSystemStorage",
        "OPTIONS": {
            "location": FILES_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", "")
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", "")
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", "")
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "files.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": env.str("S3_REGION", "") or None,
            "access_key": S3_ACCESS_KEY_ID or None,
            "secret_key": S3_SECRET_ACCESS_KEY or None,
        },
    }

# --- Jobs ----------------------------------------------------------------------

JOB_WORKERS = env.count("JOB_WORKERS", 4, minimum=1, maximum=64)
JOB_POLL_SECONDS = 0.02
JOB_MAX_WAIT_SECONDS = 30
# How many jobs of a lane one node runs at once; negative: all its workers but so many.
BROWSER_CONCURRENCY = env.count("BROWSER_CONCURRENCY", 1, minimum=1, maximum=64)
JOB_LANES = {
    "ai": -2,
    "documents": -2,
    "browser": BROWSER_CONCURRENCY,
    "loadtest": 1,
    "webhooks": -2,
}
JOB_LIMIT = env.count("JOB_LIMIT", 1000, minimum=1, maximum=1_000_000)
JOB_LIMIT_OF_USER = env.count("JOB_LIMIT_OF_USER", 100, minimum=1, maximum=1_000_000)
JOB_RETENTION_DAYS = env.count("JOB_RETENTION_DAYS", 30, minimum=1, maximum=36_500)
JOB_STOP_SECONDS = env.count("JOB_STOP_SECONDS", 15, minimum=0, maximum=280)
JOB_MEMORY_MB = env.count("JOB_MEMORY_MB", 512, minimum=200, maximum=1_000_000)
JOB_WORKER_RECYCLE_MB = 200
Q_CLUSTER = {
    "name": "platform",
    "orm": "default",
    "broker_class": "jobs.cluster.JobBroker",
    "workers": JOB_WORKERS,
    "poll": JOB_POLL_SECONDS,
    "recycle": 1000,
    "queue_limit": JOB_WORKERS,
    "save_limit": 100,
    "max_attempts": 1,
    "ack_failures": True,
    # For django-q2's own tasks only: tickets for jobs switch the time-out off.
    "timeout": 3600,
    "retry": 3700,
}

# --- Egress --------------------------------------------------------------------

WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", [])
BROWSER_ALLOWED_HOSTS = env.list("BROWSER_ALLOWED_HOSTS", [])
BROWSER_ALLOWED_PORTS = env.ports("BROWSER_ALLOWED_PORTS", "80,443")

# --- API -----------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.SessionTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["common.api.throttling.RateLimit"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.negotiation.LenientNegotiation",
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "common.api.renderers.EnvelopeRenderer",
        "common.api.renderers.SignedInBrowsableAPIRenderer",
    ],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.NewestFirstPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.EnvelopeSchema",
    "EXCEPTION_HANDLER": "common.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "H&S platform",
    "DESCRIPTION": "A self-hosted backend for small AI products: users, background "
    "jobs, documents and files.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    # The default hook names enumerations, in an order that changes between runs.
    "POSTPROCESSING_HOOKS": [],
}

RATE_LIMITS_ENABLED = env.switch("RATE_LIMITS_ENABLED", default=True)
RATE_LIMITS = {
    "general": env.rate("RATE_LIMIT_GENERAL", "60/m"),
    "user-create": env.rate("RATE_LIMIT_USER_CREATE", "20/m"),
    "user-read": env.rate("RATE_LIMIT_USER_READ", "100/m"),
    "user-update": env.rate("RATE_LIMIT_USER_UPDATE", "50/m"),
    "user-sessions": env.rate("RATE_LIMIT_USER_SESSIONS", "50/m"),
    "session-create": env.rate("RATE_LIMIT_SESSION_CREATE", "30/m"),
    "session-read": env.rate("RATE_LIMIT_SESSION_READ", "50/m"),
    "session-update": env.rate("RATE_LIMIT_SESSION_UPDATE", "50/m"),
    "session-delete": env.rate("RATE_LIMIT_SESSION_DELETE", "30/m"),
    "job-read": env.rate("RATE_LIMIT_JOB_READ", "100/m"),
    "job-list": env.rate("RATE_LIMIT_JOB_LIST", "100/m"),
    "file-generate-pdf": env.rate("RATE_LIMIT_FILE_GENERATE_PDF", "20/m"),
    "file-generate-docx": env.rate("RATE_LIMIT_FILE_GENERATE_DOCX", "20/m"),
    "file-generate-csv": env.rate("RATE_LIMIT_FILE_GENERATE_CSV", "20/m"),
    "file-generate-xlsx": env.rate("RATE_LIMIT_FILE_GENERATE_XLSX", "20/m"),
    "file-generate-screenshot": env.rate("RATE_LIMIT_FILE_GENERATE_SCREENSHOT", "10/m"),
    "file-generate-page-pdf": env.rate("RATE_LIMIT_FILE_GENERATE_PAGE_PDF", "10/m"),
    "file-read": env.rate("RATE_LIMIT_FILE_READ", "100/m"),
    "file-list": env.rate("RATE_LIMIT_FILE_LIST", "50/m"),
    "file-upload": env.rate("RATE_LIMIT_FILE_UPLOAD", "20/m"),
    "file-archive": env.rate("RATE_LIMIT_FILE_ARCHIVE", "20/m"),
    "file-link": env.rate("RATE_LIMIT_FILE_LINK", "100/m"),
}

# --- Claude and Chromium -------------------------------------------------------

ANTHROPIC_API_KEY = env.str("ANTHROPIC_API_KEY", "")
CHROMIUM_PATH = env.str("CHROMIUM_PATH", "chromium-headless-shell")
BROWSER_MEMORY_MB = env.count("BROWSER_MEMORY_MB", 400, minimum=200, maximum=100_000)
BROWSER_SANDBOX = env.switch("BROWSER_SANDBOX", default=True, words=("off", "on"))

# --- Language, time, logs ------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "common.logs.RequestIDFilter"}},
    "formatters": {
        "line": {
            "class": "common.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # django-q2 logs every ticket at INFO.
        "django-q": {"level": "WARNING"},
        # They log what they send at DEBUG: cookies and headers of those who capture.
        "pyppeteer": {"level": "CRITICAL"},
        "websockets": {"level": "CRITICAL"},
        # Each 4xx is the client's matter; the 500s come with a stack.
        "django.request": {"level": "ERROR"},
        # Scanners try host names and long forms all day; they get a 400.
        "django.security": {"level": "CRITICAL"},
    },
}
