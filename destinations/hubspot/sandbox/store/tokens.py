from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from destinations.hubspot.sandbox.store.database import Database

USER = 61_526_375


class TokenKind(StrEnum):
    PRIVATE_APP = "private_app"
    SERVICE_KEY = "service_key"
    ACCESS = "access_token"
    REFRESH = "refresh_token"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Token:
    """Anything that proves who is asking; `expires` in milliseconds since 1970."""

    value: str
    kind: TokenKind
    portal: int
    app: int
    user: int
    scopes: str
    expires: int | None = None
    redirect_uri: str = ""

    @property
    def is_oauth(self) -> bool:
        return self.kind is TokenKind.ACCESS

    @property
    def opens_the_api(self) -> bool:
        return self.kind in {TokenKind.PRIVATE_APP, TokenKind.SERVICE_KEY, TokenKind.ACCESS}

    @property
    def scope_list(self) -> list[str]:
        return self.scopes.split()

    @property
    def rate_group(self) -> str:
        """The name of its window of calls, as HubSpot's refusals spell it."""
        return "oauth-api-calls" if self.is_oauth else "private_app-api-calls"


@dataclass(frozen=True, slots=True)
class App:
    """An OAuth app. Without redirect URIs of its own it accepts any on this machine."""

    id: int
    name: str
    client_id: str
    client_secret: str
    redirect_uris: str

    def accepts(self, redirect_uri: str) -> bool:
        if self.redirect_uris:
            return redirect_uri in self.redirect_uris.split()
        return redirect_uri.startswith(("http://localhost", "http://127.0.0.1"))


def _token(row: sqlite3.Row) -> Token:
    return Token(**{**dict(row), "kind": TokenKind(row["kind"])})


class Tokens:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, value: str) -> Token | None:
        row = self._database.row("SELECT * FROM token WHERE value = ?", value)
        return _token(row) if row else None

    def save(self, token: Token) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO token (value, kind, portal, app, user, scopes, expires, redirect_uri) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *astuple(token),
        )

    def remove(self, value: str) -> None:
        self._database.run("DELETE FROM token WHERE value = ?", value)

    def of_portal(self, portal: int) -> list[Token]:
        """Private-app tokens and service keys."""
        rows = self._database.rows(
            "SELECT * FROM token WHERE portal = ? AND kind IN ('private_app', 'service_key') ORDER BY kind, app",
            portal,
        )
        return [_token(row) for row in rows]

    def app(self, client_id: str) -> App | None:
        row = self._database.row("SELECT * FROM app WHERE client_id = ?", client_id)
        return App(**dict(row)) if row else None

    def apps(self) -> list[App]:
        return [App(**dict(row)) for row in self._database.rows("SELECT * FROM app ORDER BY id")]

    def save_app(self, app: App) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO app (id, name, client_id, client_secret, redirect_uris) "
            "VALUES (?, ?, ?, ?, ?)",
            *astuple(app),
        )
