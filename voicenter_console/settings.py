"""Settings of the console, read from the environment once. `.env.example` lists every variable."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from voicenter_console import env
from voicenter_console.schedule import BEAT

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
for room in ("queue", "queue/control", "locks", "cache", "media"):
    (DATA_DIR / room).mkdir(parents=True, exist_ok=True)

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "only for development" if DEBUG else None)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
SALT_KEY = env.words("FIELD_SALT", "voicenter-console")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else None)
PORT = env.number("PORT", default=8000, least=1, most=65535)
PUBLIC_URL = env.url("PUBLIC_URL", schemes=("http", "https"))
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0, most=10)
ALLOW_HTTP_HOSTS = env.words("ALLOW_HTTP_HOSTS")
DEMO = env.flag("DEMO", default=False)
# Whether click to call may ring numbers outside Israel; premium and satellite numbers stay refused.
DIAL_INTERNATIONAL = env.flag("DIAL_INTERNATIONAL", default=False)
# Whose pages may ask the pop-up hook: by default those of Voicenter's browser extension.
POPUP_ORIGINS = env.words("POPUP_ORIGINS", "chrome-extension://ifiaikfdhcagbagdeflffjdammidpbio")
# Who may read /metrics; empty: any address that reaches the port.
METRICS_ADDRESSES = env.words("METRICS_ADDRESSES", "127.0.0.1,::1")

INSTALLED_APPS = [
    "voicenter_console.organisation",
    "voicenter_console.live",
    "voicenter_console.jobs",
    "voicenter_console.webhooks",
    "voicenter_console.notifications",
    "calls",
    "dialer",
    "ivr",
    "voicenter_console.sandbox",
    "voicenter_console",
    "voicenter_console.organisation.back_office_app.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "template_partials",
    "csp",
]

MIDDLEWARE = [
    "voicenter_console.organisation.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "voicenter_console.urls"
WSGI_APPLICATION = "voicenter_console.wsgi.application"
ASGI_APPLICATION = "voicenter_console.asgi.application"

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
                "django.template.context_processors.i18n",
                "voicenter_console.navigation.console",
            ],
            "libraries": {"console": "voicenter_console.templatetags.console"},
            "builtins": ["voicenter_console.templatetags.console"],
        },
    },
]

# --- storage -------------------------------------------------------------------------------------------------------
DATABASE_URL = env.url("DATABASE_URL", schemes=("postgres", "postgresql", "sqlite"))
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL or f"sqlite:///{DATA_DIR}/console.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL with synchronous FULL: what was acknowledged survives a power cut. IMMEDIATE: a writer waits at the
    # beginning of its transaction, never in the middle. Five seconds, then 503 (ADR 2).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 3, "application_name": "voicenter-console"}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.text("REDIS_PREFIX", "voicenter-console:"),
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA_DIR / "cache"}
}

# --- work ----------------------------------------------------------------------------------------------------------
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 300,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "global_keyprefix": env.text("REDIS_PREFIX", "voicenter-console:"),
    }
else:
    CELERY_BROKER_URL = "embedded://"  # voicenter_console.broker
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "queue"),
        "data_folder_out": str(DATA_DIR / "queue"),
        "control_folder": str(DATA_DIR / "queue" / "control"),
        "polling_interval": 0.1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY = False
# A periodic message expires before its successor: a stopped worker does not wake to a pile.
CELERY_BEAT_SCHEDULE = BEAT
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")

# --- mail ----------------------------------------------------------------------------------------------------------
# The demo prints its mails; elsewhere nothing is mailed until EMAIL_URL says by whom.
EMAIL_URL = env.url(
    "EMAIL_URL", default="consolemail://" if DEMO else "dummymail://",
    schemes=("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail", "dummymail"),
)  # fmt: skip
vars().update(environ.Env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "voicenter-console@localhost")

# --- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organisation.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
    }.items()
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
# Only a proxy of ours may say that the browser spoke https; without one the header is a stranger's word.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SESSION_COOKIE_SECURE else None
SECURE_HSTS_SECONDS = 31536000 if SESSION_COOKIE_SECURE else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
    # Django's admin and the API's pages bring their own styles and scripts.
    "EXCLUDE_URL_PREFIXES": ["/api/docs/"],
}

# --- languages, time, files ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("he", _("Hebrew"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Jerusalem"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "media"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}

# --- API -----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "voicenter_console.organisation.authentication.BearerKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.FormParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Voicenter Console",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- logs ----------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "voicenter_console.organisation.logs.MaskingFilter"}},
    "formatters": {"json": {"()": "voicenter_console.organisation.logs.JsonFormatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["masked"]}},
    "root": {"handlers": ["out"], "level": env.text("LOG_LEVEL", "WARNING" if DEMO else "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # warns that a broker of files has no host name
    },
}
