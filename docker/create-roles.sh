#!/bin/sh
# Run once by the postgres image on an empty data folder: the two roles and the database that Muster expects.
set -eu

psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 \
  --set owner_password="$MUSTER_OWNER_PASSWORD" --set app_password="$MUSTER_APP_PASSWORD" <<'SQL'
CREATE ROLE muster_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE muster_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE muster OWNER muster_owner;
SQL
