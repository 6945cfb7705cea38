-- Inspectors: private URLs that keep what arrives there, for people to look at. The URL is made of the
-- id and a signature: nothing here lets anybody in.
CREATE TABLE inspectors (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    organization INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    -- The channels of whoever made it, in order, as JSON; they are also what is counted together.
    channels     TEXT    NOT NULL,
    -- What it answers, and after how many seconds.
    status       INTEGER NOT NULL,
    delay_s      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT    NOT NULL,
    -- When something last arrived, or it was last changed: it goes a week later.
    used_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX inspectors_by_organization ON inspectors (organization, id);
CREATE INDEX inspectors_by_use ON inspectors (used_at);

-- What arrived: the last hundred requests of each, which a newer one pushes out.
CREATE TABLE inspected (
    seq        INTEGER PRIMARY KEY,
    inspector  INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    -- Path, headers and body together: what makes room is counted without reading bodies.
    bytes      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    address    TEXT,
    method     TEXT    NOT NULL,
    path       TEXT    NOT NULL,
    headers    BLOB    NOT NULL,
    body_bytes INTEGER NOT NULL,
    answered   INTEGER NOT NULL,
    -- Last, so that a list reads no page of it.
    body       BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX inspected_in_order ON inspected (inspector, id, bytes);
