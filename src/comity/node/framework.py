"""Turn the settings of a node into Django's."""

import getpass
from pathlib import Path
from typing import Any, Final

from comity.node.config import LOOPBACK, Config
from comity.node.private import read_or_make, read_private

INSTALLED_APPS: Final = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth.account",
    "allauth.mfa",
    "comity.channel",
    "comity.desk",
    "comity.cases",
    "comity.screening",
    "comity.plan",
    "comity.concurrence",
]
"""Every application of the node.  A new area is one line here."""

AREAS: Final = (
    "comity.cases.projections.AREA",
    "comity.screening.projections.AREA",
    "comity.plan.projections.AREA",
    "comity.concurrence.projections.AREA",
)
"""Every area of work, as the channel calls it."""

MIDDLEWARE: Final = [
    "django.middleware.security.SecurityMiddleware",
    "comity.node.middleware.addresses",
    "comity.node.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "comity.node.middleware.session_limits",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

LANGUAGE_NAMES: Final = {"en": "English", "de": "Deutsch", "ar": "العربية"}
SESSION_SECONDS: Final = 10 * 3600
"""No session outlives a shift; `middleware.session_limits` also ends idle ones."""

_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-20000;"
    " PRAGMA temp_store=MEMORY;"
)


def build(config: Config, home: Path) -> dict[str, Any]:
    """Return Django's settings for the node ``config`` that lives in ``home``."""
    return {
        "DEBUG": False,
        "SECRET_KEY": read_or_make(home / "keys" / "django.key"),
        "ALLOWED_HOSTS": _hosts(config),
        "INSTALLED_APPS": INSTALLED_APPS,
        "MIDDLEWARE": MIDDLEWARE,
        "ROOT_URLCONF": "comity.node.urls",
        "WSGI_APPLICATION": "comity.node.wsgi.application",
        "DATABASES": {"default": _sqlite(config, home) if config.database.engine == "sqlite" else _postgresql(config)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "TEMPLATES": _templates(),
        "STATIC_URL": "/static/",
        "WHITENOISE_USE_FINDERS": True,
        "FILE_UPLOAD_PERMISSIONS": 0o600,
        "FILE_UPLOAD_HANDLERS": ["comity.desk.uploads.SealedUploadHandler"],
        "LOGIN_URL": "desk:sign-in",
        "LOGIN_REDIRECT_URL": "desk:front",
        "CSRF_FAILURE_VIEW": "comity.desk.views.csrf_failure",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2 * 1024**2,
        "LOGGING_CONFIG": None,
        "COMITY_CONFIG": config,
        "COMITY_NODE_HOME": home,
        **_languages(config),
        **_sessions(config),
        **_second_factors(),
        **_mail(config),
    }


def _mail(config: Config) -> dict[str, Any]:
    mail = config.mail
    return {
        "EMAIL_HOST": mail.host,
        "EMAIL_PORT": mail.port,
        "EMAIL_USE_TLS": mail.tls == "starttls",
        "EMAIL_USE_SSL": mail.tls == "tls",
        "EMAIL_HOST_USER": mail.user,
        "EMAIL_HOST_PASSWORD": read_private(Path(mail.password_file)) if mail.password_file else "",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": mail.sender,
    }


def _hosts(config: Config) -> list[str]:
    own = [] if config.listen.host in ("0.0.0.0", "::") else [config.listen.host]  # noqa: S104  # compared, not bound
    public = config.endpoint.partition("://")[2].partition("/")[0].rpartition("@")[2]
    name = public.rpartition(":")[0] if public.rpartition(":")[2].isdigit() else public
    loopback = sorted(LOOPBACK) if config.listen.host in LOOPBACK else []
    return [*dict.fromkeys([*own, *loopback, *([name] if name else []), *config.allowed_hosts])]


def _sqlite(config: Config, home: Path) -> dict[str, Any]:
    # transaction_mode: a writer takes its turn at the start and never finds, half-way, that another was quicker.
    # synchronous=FULL: what has a receipt survives a power cut.  secure_delete: what is erased is overwritten.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(home / (config.database.name or "node.sqlite3")),
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": _PRAGMAS},
        "CONN_MAX_AGE": None,
    }


def _postgresql(config: Config) -> dict[str, Any]:
    wanted = config.database
    options: dict[str, Any] = {"application_name": f"comity {config.name}"}
    if wanted.host and wanted.host not in LOOPBACK and not wanted.host.startswith("/"):
        options |= {"sslmode": "verify-full", "sslrootcert": wanted.ca_file or "system"}
    if wanted.pool:
        options["pool"] = {"min_size": 2, "max_size": 16, "timeout": 20}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": wanted.name or "comity",
        "HOST": wanted.host,
        "PORT": str(wanted.port) if wanted.host else "",
        "USER": wanted.user or ("" if not wanted.host else getpass.getuser()),
        "PASSWORD": read_private(Path(wanted.password_file)) if wanted.password_file else "",
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if wanted.pool else None,
        "CONN_HEALTH_CHECKS": not wanted.pool,
    }


def _templates() -> list[dict[str, Any]]:
    processors = [
        "django.template.context_processors.request",
        "django.template.context_processors.i18n",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "comity.desk.context.appearance",
    ]
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": processors},
        }
    ]


def _languages(config: Config) -> dict[str, Any]:
    return {
        "LANGUAGE_CODE": config.languages[0],
        "LANGUAGES": [(code, LANGUAGE_NAMES[code]) for code in config.languages],
        "LOCALE_PATHS": [str(Path(__file__).parent / "locale")],
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": config.time_zone,
    }


def _second_factors() -> dict[str, Any]:
    # Only the ceremonies of django-allauth are used: none of its pages is routed, and attempts are counted by the desk.
    return {
        "ACCOUNT_RATE_LIMITS": False,
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "MFA_ADAPTER": "comity.desk.mfa_adapter.Adapter",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_RECOVERY_CODE_DIGITS": 10,
        "MFA_TOTP_TOLERANCE": 1,
    }


def _sessions(config: Config) -> dict[str, Any]:
    tls = config.listen.tls != "none"
    # Browsers keep cookies per host, not per port: two nodes on one machine must not sign each other's officers out.
    suffix = f"comity-{config.name.lower().replace('.', '-')}"
    prefix = "__Host-" if tls else ""
    return {
        "SESSION_COOKIE_NAME": f"{prefix}{suffix}",
        "SESSION_COOKIE_SECURE": tls,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_AGE": SESSION_SECONDS,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": f"{prefix}{suffix}-csrf",
        "CSRF_COOKIE_SECURE": tls,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_NAME": f"{suffix}-language",
        "LANGUAGE_COOKIE_SECURE": tls,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600 if tls else 0,
        "SECURE_SSL_REDIRECT": config.listen.tls == "proxy",
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if config.listen.tls == "proxy" else None,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.ScryptPasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
            {
                "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
                "OPTIONS": {"min_length": 12},
            },
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        ],
    }
