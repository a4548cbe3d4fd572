"""Every setting comes from the environment; `.env.example` lists them. `config.checks` says what is wrong."""

from __future__ import annotations

from pathlib import Path

from django.templatetags.static import static

from config.environment import Environment
from config.logs import configure_logs

ROOT = Path(__file__).resolve().parents[2]

env = Environment()
WEB = ("http", "https")
POSTGRESQL = ("postgresql", "postgres")
MAIL = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail")

# --- What kind of installation this is -------------------------------------------------------------------------
ENVIRONMENT = env.choice("MUSTER_ENVIRONMENT", ("production", "development"), "production")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.switch("DEBUG", default=False) and not PRODUCTION
SECRET_KEY = env.str("SECRET_KEY", "unset")  # config.E001 refuses it
CREDENTIAL_KEYS: list[str] = env.list("MUSTER_CREDENTIAL_KEYS", default=[])
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.address("MUSTER_PUBLIC_URL", WEB, "http://127.0.0.1:8000")

# --- Where data lives --------------------------------------------------------------------------------------------
DATA_DIR = Path(env.str("MUSTER_DATA_DIR", str(ROOT / ".muster" / "data")))
# Files that a tenant may import without an upload are in <this folder>/<slug of the tenant>/.
IMPORT_DIR = env.str("MUSTER_IMPORT_DIR", "")
IMPORT_MAX_BYTES = env.int("MUSTER_IMPORT_MAX_MB", 10_000) * 1_000_000
# A file of a thousand columns is confirmed column by column.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
REDIS_URL = env.address("REDIS_URL", ("redis", "rediss"))
DATABASES = {
    "default": env.db_url_config(env.address("DATABASE_URL", POSTGRESQL, "postgresql://muster_app@/muster")),
    "owner": env.db_url_config(
        env.address("MIGRATION_DATABASE_URL", POSTGRESQL, "postgresql://muster_owner@/muster")
    ),
}
DATABASES["default"] |= {"ENGINE": "tenants.postgresql", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DATABASES["owner"] |= {"ENGINE": "tenants.postgresql"}
# Tests create one database, as its owner; the application's alias then uses the same one.
DATABASES["default"]["TEST"] = {"MIRROR": "owner"}
DATABASE_ROUTERS = ["tenants.routers.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"pool_class": "config.cache.SharedPool"},
    }
}

# --- Applications ------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "demo",
    "campaigns",
    "destinations",
    "destinations.delivery",
    "destinations.hubspot",
    "segments",
    "customer360",
    "notifications",
    "accounts",
    "audit",
    "tenants",
    "ui",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "django_htmx",
]
MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "ui.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ReadableAddressMiddleware",
    "tenants.middleware.TenantMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AccessMiddleware",
    "ui.methods.MethodRefusedMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
FORM_RENDERER = "ui.forms.Renderer"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.shell",
                "notifications.context_processors.unread",
            ],
        },
    },
]

# --- People ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.SignInForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.NewPasswordForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "add_email": "accounts.sign_in_forms.ChangeEmailForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Sign-in attempts are limited per client address, which proxies in front pass on.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_CHANGE_EMAIL = True
# An unlocked computer is not enough to take over an account: changing its address needs the password.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Muster: "

# --- The operators' admin ----------------------------------------------------------------------------------------
# The product's accent colour, in the steps that the admin's theme expects.
ACCENT = {
    "50": "oklch(0.977 0.012 277)",
    "100": "oklch(0.957 0.022 277)",
    "200": "oklch(0.91 0.045 277)",
    "300": "oklch(0.83 0.085 277)",
    "400": "oklch(0.74 0.13 277)",
    "500": "oklch(0.6 0.18 277)",
    "600": "oklch(0.51 0.2 277)",
    "700": "oklch(0.45 0.2 277)",
    "800": "oklch(0.38 0.17 277)",
    "900": "oklch(0.29 0.12 277)",
    "950": "oklch(0.2 0.08 277)",
}
UNFOLD = {
    "SITE_SYMBOL": "hub",
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": ACCENT},
    "STYLES": [lambda _request: static("accounts/admin.css")],
}

# --- E-mail ------------------------------------------------------------------------------------------------------
MAIL_SERVER = env.email_url_config(env.address("EMAIL_URL", MAIL, "consolemail://"))
EMAIL_BACKEND = MAIL_SERVER["EMAIL_BACKEND"]
EMAIL_HOST = MAIL_SERVER["EMAIL_HOST"] or "localhost"
EMAIL_PORT = MAIL_SERVER["EMAIL_PORT"] or 25
EMAIL_HOST_USER = MAIL_SERVER["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = MAIL_SERVER["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = MAIL_SERVER.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL_SERVER.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Muster <muster@example.com>")

# --- HubSpot -----------------------------------------------------------------------------------------------------
HUBSPOT_API_URL = env.address("HUBSPOT_API_URL", WEB, "https://api.hubapi.com")
HUBSPOT_APP_URL = env.address("HUBSPOT_APP_URL", WEB, "https://app.hubspot.com")
HUBSPOT_CLIENT_ID = env.str("HUBSPOT_CLIENT_ID", "")
HUBSPOT_CLIENT_SECRET = env.str("HUBSPOT_CLIENT_SECRET", "")

# --- Deliveries --------------------------------------------------------------------------------------------------
# After this many seconds of silence, a worker's work is given to another.
DELIVERY_LEASE_SECONDS = env.float("MUSTER_DELIVERY_LEASE_SECONDS", 30.0)
# Few enough that a killed worker loses little, and a multiple of every batch size that destinations take.
DELIVERY_SLICE_ROWS = env.int("MUSTER_DELIVERY_SLICE_ROWS", 5_000)

# --- Work in the background --------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# `engine` computes over customer data, `send` talks to destinations; all else is short and goes to `default`.
CELERY_TASK_ROUTES = {
    "campaigns.tasks.prepare_*": {"queue": "engine"},
    "campaigns.tasks.record_*": {"queue": "engine"},
    "campaigns.tasks.forecast_*": {"queue": "engine"},
    "customer360.tasks.*": {"queue": "engine"},
    "segments.tasks.*": {"queue": "engine"},
    "destinations.delivery.tasks.plan_*": {"queue": "engine"},
    "destinations.delivery.tasks.account_*": {"queue": "engine"},
    "destinations.delivery.tasks.run_*": {"queue": "send"},
}
# A job that no worker takes within a minute is dropped: beat does not fill a queue that nobody serves.
CELERY_BEAT_SCHEDULE = {
    job: {"task": f"config.tasks.{job}", "schedule": seconds, "options": {"expires": 60.0}}
    for job, seconds in {
        "dispatch": env.float("MUSTER_DISPATCH_SECONDS", 5.0),
        "recover": DELIVERY_LEASE_SECONDS / 3,
        "keep_house": 3600.0,
    }.items()
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than any task: a slice runs for a minute, a plan or an import for less than this.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

# --- Static files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("MUSTER_STATIC_ROOT", str(ROOT / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION  # nothing has been collected

# --- Safety ------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.switch("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.switch("BEHIND_TLS_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL_REDIRECT
SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Also where a proxy does the redirect to HTTPS.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT or PUBLIC_URL.startswith("https://")
X_FRAME_OPTIONS = "DENY"

# --- Logs --------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = None
configure_logs(json=PRODUCTION, level=env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"))

UNREADABLE = env.unreadable  # config.E008 refuses each of them
