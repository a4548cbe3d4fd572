"""The database of Muster and the roles that reach it; `docker/` makes the same ones."""

from __future__ import annotations

DATABASE = "muster"
# Owns the database, migrates, makes test databases.
OWNER = "muster_owner"
# What the application runs as: it owns nothing, so row-level security holds for it.
APP = "muster_app"
