"""The database of Muster and the two roles that reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from runtime.errors import LaunchError
from runtime.names import APP, DATABASE, OWNER
from runtime.ports import HOST
from runtime.postgresql import SUPERUSER

if TYPE_CHECKING:
    from runtime.home import Passwords


_ATTRIBUTES = {
    OWNER: sql.SQL("LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS"),
    APP: sql.SQL("LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS"),
}


def ensure_roles(port: int, passwords: Passwords) -> None:
    """Make roles and database where missing, and set attributes and passwords to what they must be."""
    with _connect_as_superuser(port, passwords.superuser) as connection:
        for role, password in ((OWNER, passwords.owner), (APP, passwords.app)):
            _ensure_role(connection, role, password)
        if not _exists(connection, sql.SQL("SELECT 1 FROM pg_database WHERE datname = %s"), DATABASE):
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _connect_as_superuser(port: int, password: str) -> psycopg.Connection:
    try:
        return psycopg.connect(
            host=HOST, port=port, dbname="postgres", user=SUPERUSER, password=password, autocommit=True
        )
    except psycopg.OperationalError as error:
        raise LaunchError(
            f"The embedded PostgreSQL refuses the password in passwords.json: {error}\n\n"
            "Put back the passwords.json that was made with its data, or remove both to start anew."
        ) from error


def _ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    known = _exists(connection, sql.SQL("SELECT 1 FROM pg_roles WHERE rolname = %s"), role)
    verb = sql.SQL("ALTER" if known else "CREATE")
    # The verifier, not the password: a failing statement ends up in the server's log.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("{} ROLE {} WITH {} PASSWORD {}")
    connection.execute(statement.format(verb, sql.Identifier(role), _ATTRIBUTES[role], verifier))


def _exists(connection: psycopg.Connection, query: sql.SQL, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None
