-- People and access: users, what they may do where, who is signed in, links that work once, what a
-- token may do, and the audit log.
--
-- Nothing here is read for an event or a delivery. Rows refer to users, links and organizations by
-- `seq`, as everywhere; the audit log alone names what it tells of by id, because it outlives it.

CREATE TABLE users (
    seq         INTEGER PRIMARY KEY,
    id          BLOB    NOT NULL UNIQUE,
    -- Counts changes: who changes a user says which state was looked at.
    revision    INTEGER NOT NULL,
    -- In lower case. The index is also the order of lists.
    email       TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    -- A hash in PHC form; NULL until a password is chosen.
    password    TEXT,
    operator    INTEGER NOT NULL,
    -- Who they are to an identity provider: both, or neither.
    issuer      TEXT,
    subject     TEXT,
    language    TEXT,
    disabled_at INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
-- A sign-in through an identity provider finds its user; one identity is one user.
CREATE UNIQUE INDEX users_by_identity ON users (issuer, subject) WHERE issuer IS NOT NULL;
-- Counted before the last one could go, and at each start. Few.
CREATE INDEX users_operators ON users (operator) WHERE operator = 1 AND disabled_at IS NULL;

CREATE TABLE memberships (
    user         INTEGER NOT NULL,
    organization INTEGER NOT NULL,
    role         TEXT    NOT NULL,
    -- Given by the identity provider's groups, and taken by them.
    by_group     INTEGER NOT NULL,
    PRIMARY KEY (user, organization)
) STRICT, WITHOUT ROWID;
-- The members of an organization, for its list and for the sweep of a deleted one.
CREATE INDEX memberships_by_organization ON memberships (organization, user);

-- A link that works once. Nothing secret is in it: its text is signed.
CREATE TABLE links (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    -- first_operator, password, portal or sign_in.
    kind         TEXT    NOT NULL,
    -- Whose password it chooses.
    user         INTEGER,
    -- The organization that a portal link leads to, and as JSON what it allows there.
    organization INTEGER,
    portal       TEXT,
    created_at   INTEGER NOT NULL,
    created_by   TEXT    NOT NULL,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER,
    revoked_at   INTEGER,
    -- From then on nothing needs it: it has expired, and so has the session that came through it.
    ends_at      INTEGER NOT NULL
) STRICT;
-- The links of an organization, newest first; the sweep of a deleted one.
CREATE INDEX links_by_organization ON links (organization, id) WHERE organization IS NOT NULL;
-- A new password link takes back those before it.
CREATE INDEX links_by_user ON links (user) WHERE user IS NOT NULL;
-- So does a new link for the first operator.
CREATE INDEX links_first_operator ON links (kind) WHERE kind = 'first_operator';
-- The sweep.
CREATE INDEX links_by_end ON links (ends_at);

-- Somebody is signed in: a user, or a customer who came through a link.
CREATE TABLE sessions (
    seq        INTEGER PRIMARY KEY,
    id         BLOB    NOT NULL UNIQUE,
    -- Of the cookie's secret. Its index is what each request with a cookie looks in.
    sha256     BLOB    NOT NULL UNIQUE,
    user       INTEGER,
    link       INTEGER,
    -- JSON: what the link allows, as it was when it was used.
    portal     TEXT,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    -- Slides.
    expires_at INTEGER NOT NULL,
    -- Does not.
    ends_at    INTEGER NOT NULL,
    address    TEXT,
    agent      TEXT,
    CHECK ((user IS NULL) = (link IS NOT NULL AND portal IS NOT NULL))
) STRICT;
-- The sessions of a user, newest first, and all of them to be ended.
CREATE INDEX sessions_by_user ON sessions (user, id) WHERE user IS NOT NULL;
-- Those that came through a link, which end with it.
CREATE INDEX sessions_by_link ON sessions (link) WHERE link IS NOT NULL;
-- The sweep.
CREATE INDEX sessions_by_end ON sessions (min(expires_at, ends_at));

-- What was made before there were roles could do everything within its scope.
ALTER TABLE tokens ADD COLUMN role TEXT NOT NULL DEFAULT 'admin';
ALTER TABLE tokens ADD COLUMN expires_at INTEGER;
-- To a minute or so: not each request writes.
ALTER TABLE tokens ADD COLUMN last_used_at INTEGER;

-- Every change: who, what, when, before and after. Written once, with the change. A rowid table,
-- because before and after can be long.
CREATE TABLE audit (
    seq          INTEGER PRIMARY KEY,
    -- Sorts by time. Its index is the whole log, newest first.
    id           BLOB    NOT NULL UNIQUE,
    at           INTEGER NOT NULL,
    -- The id, which stays when the organization's row is gone; NULL for the platform.
    organization BLOB,
    actor_kind   TEXT    NOT NULL,
    actor_id     TEXT,
    actor_name   TEXT    NOT NULL,
    address      TEXT,
    request      TEXT,
    action       TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    label        TEXT    NOT NULL,
    -- JSON.
    before       TEXT,
    after        TEXT
) STRICT;
-- The log of an organization, newest first.
CREATE INDEX audit_by_organization ON audit (organization, id) WHERE organization IS NOT NULL;
-- What happened to one thing, however long ago.
CREATE INDEX audit_by_subject ON audit (subject, id);
