"""The settings under which Muster is tested: the embedded servers, a database of its own, fast password hashes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from runtime.embedded import provide

provide(os.environ, Path(__file__).resolve().parents[2])

from config.settings import *  # noqa: E402, F403  after the servers are known

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATA_DIR = Path(tempfile.mkdtemp(prefix="muster-test-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
INSTALLED_APPS = [*INSTALLED_APPS, "tests.library"]  # noqa: F405
for database in DATABASES.values():  # noqa: F405
    database |= {"ENGINE": "tests.postgresql"}
    # The tests' servers would otherwise flush each commit to disk.
    database.setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
# Each process that runs tests has a Redis database of its own; number 0 belongs to the installation.
REDIS_URL = f"{REDIS_URL.rpartition('/')[0]}/{1 + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0')[2:]) % 15}"  # noqa: F405
CACHES["default"]["LOCATION"] = REDIS_URL  # noqa: F405
CELERY_BROKER_URL = "memory://"  # what a test enqueues goes nowhere; it runs what it wants to observe
