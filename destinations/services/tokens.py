"""The token for calling a destination: stored, or refreshed ahead of expiry by one worker for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from redis import Redis
from redis.exceptions import LockError

from destinations.delivery.errors import AuthorisationError, Unavailable
from destinations.encryption import Secret
from destinations.errors import SecretUnreadableError
from destinations.models import Credential
from destinations.plugins import CredentialKind, Tokens
from destinations.services.credentials import ask_for_reauthorisation
from runtime import clock

if TYPE_CHECKING:
    from redis.lock import Lock

# A token that expires sooner than this is refreshed first; longer than any single call takes.
REFRESH_AHEAD = timedelta(minutes=5)
LOCK_SECONDS = 60
WAIT_FOR_LOCK_SECONDS = 20


@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """An OAuth grant as a credential's secret holds it."""

    refresh_token: str
    access_token: str
    expires_at: datetime

    @classmethod
    def of(cls, tokens: Tokens, *, previous_refresh_token: str = "") -> Self:
        return cls(
            refresh_token=tokens.refresh_token or previous_refresh_token,
            access_token=tokens.access_token,
            expires_at=clock.now() + timedelta(seconds=tokens.expires_in),
        )

    @classmethod
    def revealed(cls, secret: dict[str, Any]) -> Self:
        return cls(secret["refresh_token"], secret["access_token"], datetime.fromisoformat(secret["expires_at"]))

    def sealed(self) -> Secret:
        return Secret.seal(
            {
                "refresh_token": self.refresh_token,
                "access_token": self.access_token,
                "expires_at": self.expires_at.isoformat(),
            }
        )

    @property
    def is_fresh(self) -> bool:
        return self.expires_at - clock.now() > REFRESH_AHEAD


def access_token(credential: Credential) -> str:
    """A token that is valid for the next minutes.

    Raises AuthorisationError when there is none and a person must act, TransientError when none is available now.
    """
    secret = _reveal(credential)
    if credential.kind != CredentialKind.OAUTH:
        return str(secret["token"])
    grant = Grant.revealed(secret)
    return grant.access_token if grant.is_fresh else _refreshed(credential).access_token


def _reveal(credential: Credential) -> dict[str, Any]:
    if credential.status == Credential.Status.REAUTHORISE:
        raise AuthorisationError("The destination's credential must be authorised again.")
    if credential.secret is None:
        raise AuthorisationError("The destination's credential is not connected.")
    secret: Secret = credential.secret
    try:
        return secret.reveal()
    except SecretUnreadableError as error:
        raise AuthorisationError(error.message) from error


def _refreshed(credential: Credential) -> Grant:
    """One worker requests a new token; the others wait for the lock and read what it stored."""
    lock = _lock(credential)
    if not lock.acquire():
        raise Unavailable("Another process is refreshing the access token.", maybe_written=False)
    try:
        credential.refresh_from_db()
        grant = Grant.revealed(_reveal(credential))
        return grant if grant.is_fresh else _refresh(credential, grant)
    finally:
        _release(lock)


def _refresh(credential: Credential, grant: Grant) -> Grant:
    try:
        tokens = credential.plugin.accounts.refresh(grant.refresh_token)
    except AuthorisationError as error:
        ask_for_reauthorisation(credential, reason=error.evidence.category or "refused")
        raise
    renewed = Grant.of(tokens, previous_refresh_token=grant.refresh_token)
    # Compared with what was read, so that an authorisation in the meantime is kept.
    Credential.objects.filter(pk=credential.pk, secret=credential.secret).update(secret=renewed.sealed())
    return renewed


def _lock(credential: Credential) -> Lock:
    name = f"muster:token:{credential.pk}"
    redis: Redis = _redis()
    lock: Lock = redis.lock(name, timeout=LOCK_SECONDS, blocking_timeout=WAIT_FOR_LOCK_SECONDS)
    return lock


def _release(lock: Lock) -> None:
    try:
        lock.release()
    except LockError:
        """It expired while HubSpot answered; its current holder has read or will read a fresh token."""


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL)
