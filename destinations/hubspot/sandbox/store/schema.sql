CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS portal (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    tier TEXT NOT NULL,
    time_zone TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS app (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    client_id TEXT NOT NULL UNIQUE,
    client_secret TEXT NOT NULL,
    redirect_uris TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS token (
    value TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    portal INTEGER NOT NULL,
    app INTEGER NOT NULL,
    user INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    expires INTEGER,
    redirect_uri TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    portal INTEGER NOT NULL,
    email TEXT,
    additional TEXT NOT NULL DEFAULT '',
    merged TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0,
    properties TEXT NOT NULL
);

-- Every address of every living contact, primary and secondary: unique in its account.
CREATE TABLE IF NOT EXISTS address (
    portal INTEGER NOT NULL,
    email TEXT NOT NULL,
    contact INTEGER NOT NULL,
    PRIMARY KEY (portal, email)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS merged (
    id INTEGER PRIMARY KEY,
    survivor INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS list (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    portal INTEGER NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    processing TEXT NOT NULL,
    filters TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    deleted INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS list_name ON list (portal, folded) WHERE deleted IS NULL;

CREATE TABLE IF NOT EXISTS membership (
    list INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    PRIMARY KEY (list, contact)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS membership_of_contact ON membership (contact);

CREATE TABLE IF NOT EXISTS property (
    portal INTEGER NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    visible INTEGER NOT NULL,
    PRIMARY KEY (portal, name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rule (
    portal INTEGER NOT NULL,
    property TEXT NOT NULL,
    type TEXT NOT NULL,
    arguments TEXT NOT NULL,
    PRIMARY KEY (portal, property, type)
) WITHOUT ROWID;

CREATE VIEW IF NOT EXISTS sized_list AS
SELECT id, portal, name, processing, filters, version, created, updated, deleted,
    (SELECT count(*) FROM membership WHERE membership.list = list.id) AS size
FROM list;
