"""Django's settings, all of them from the environment (docs/settings.md)."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from duitpos.kit import env, logs, media

PACKAGE = Path(__file__).resolve().parent
STAGE = env.stage()
PRODUCTION = STAGE == "production"
VAR = Path(str(env.read("DUITPOS_VAR", default="var"))).absolute()

DEBUG = env.switch("DEBUG")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on: production shows no stack traces to guests. Unset DEBUG.")
SECRET_KEY = env.secret_key(PRODUCTION)
ENCRYPTION_KEYS = env.encryption_keys(PRODUCTION)
BASE_URL = env.base_url(PRODUCTION)
SANDBOX_URLS = env.sandbox_urls()
SIGN_UP = env.sign_up()
EVENT_DAYS = env.number("DUITPOS_EVENT_DAYS", 90, least=1)
GUEST_EMAIL_DAYS = env.number("DUITPOS_GUEST_EMAIL_DAYS", 180, least=1)
PROXY_COUNT = env.proxy_count(PRODUCTION)
IS_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.read.list("ALLOWED_HOSTS", default=[BASE_URL.split("//")[1].split(":")[0]])
if not PRODUCTION:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "127.0.0.1", "localhost", "testserver"]

DATABASES = {"default": env.database(VAR)}
SHARDED = False  # becomes true with the distributed database of a later rung (decision 0002)
CACHES = env.caches(VAR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PAGES = ("guest", "dashboard", "kitchen", "accounts", "ui")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "duitpos.apps.DuitPOS",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "duitpos.web.content_policy.ContentPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "duitpos.web.private.Private",
    "duitpos.web.language.Language",  # before whatever answers with a page of its own
    "duitpos.web.body_cap.BodyCap",  # after those that only add headers, before any that reads
    "django.middleware.common.CommonMiddleware",
    "duitpos.webhooks.middleware.Deliveries",  # all after it is for pages
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "duitpos.web.errors.DomainErrors",
]
ROOT_URLCONF = "duitpos.urls"
WSGI_APPLICATION = "duitpos.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / package / "templates" for package in PAGES],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"ui": "duitpos.ui.tags", "dashboard": "duitpos.dashboard.tags"},
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("ms", "Bahasa Melayu"),
    ("zh-hans", "中文"),
]  # web/language.py: which page has which
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY = IS_HTTPS, True
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [path for package in PAGES if (path := PACKAGE / package / "static").is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "photos": media.storage(VAR),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STAGE != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ORIGIN = media.origin()
# As everything in VAR; WhiteNoise reads them as ourselves. Django's own default opens files to everybody.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
WHITENOISE_USE_FINDERS = STAGE == "test"

# --- who signs in ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "duitpos.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if STAGE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/accounts/restaurants/"
ACCOUNT_ADAPTER = "duitpos.accounts.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a form that mails to any address is a gift to spammers
MFA_ADAPTER = "duitpos.accounts.second_factor.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "login_webauthn": "duitpos.accounts.passkey_forms.SignInForm",
    "authenticate_webauthn": "duitpos.accounts.passkey_forms.SecondStepForm",
    "reauthenticate_webauthn": "duitpos.accounts.passkey_forms.ConfirmForm",
    "add_webauthn": "duitpos.accounts.passkey_forms.AddForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "DuitPOS"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
# accounts/adapter.py counts failed tries. "login" would count them again for a whole address, and refuse with it
# the known devices behind the restaurant's one address.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/m/ip,5/5m/key",
    "account_failed": "30/h/key",
    "known_device_failed": "5/5m/key",
    # Each attempt sends a mail: by whoever asks, and to any one address.
    "sign_up": "5/m/ip,20/h/ip,3/h/key",
    "open_restaurant": "20/h/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT

# --- what the browser is told ---------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy's work; a redirect here would break its health checks
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SESSION_ENGINE = "duitpos.accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "duitpos.web.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # bytes; a cart of 200 lines is far below
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- mail -----------------------------------------------------------------------------------------------
# Seconds for each answer of the mail server. All answers of one mail must come within the lease of its outbox entry.
EMAIL_TIMEOUT = 20
try:
    vars().update(env.read.email_url("EMAIL_URL", default="consolemail://"))
except (ValueError, KeyError, ImproperlyConfigured) as error:
    raise ImproperlyConfigured(
        "EMAIL_URL is not understood: use smtp+tls://user:password@host:587"
    ) from error
DEFAULT_FROM_EMAIL = str(env.read("DUITPOS_EMAIL_FROM", default="DuitPOS <no-reply@localhost>"))

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.configure(env.log_level(), as_json=PRODUCTION)

# Visits are added to the database by a thread of each process; tests add them themselves.
COUNTS_IN_BACKGROUND = STAGE != "test"
