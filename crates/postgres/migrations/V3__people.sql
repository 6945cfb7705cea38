-- People and access: users, what they may do where, who is signed in, links that work once, what a
-- token may do, and the audit log.
--
-- Nothing here is read for an event or a delivery. The audit log has no reference to anything but by
-- id, because it outlives what it tells of.
--
-- A program that knows no roles would take a viewer's token for one that may do everything, and its
-- changes would leave no trace in the log: it must not be started on this schema.
UPDATE installation SET minimum_schema = 3;

CREATE TABLE users (
    id          uuid    PRIMARY KEY,
    -- Counts changes: who changes a user says which state was looked at.
    revision    integer NOT NULL,
    -- In lower case. The index below is also the order of lists.
    email       text    COLLATE "C" NOT NULL,
    name        text    NOT NULL,
    -- A hash in PHC form; NULL until a password is chosen.
    password    text,
    operator    boolean NOT NULL,
    -- Who they are to an identity provider: both, or neither.
    issuer      text    COLLATE "C",
    subject     text    COLLATE "C",
    language    text,
    disabled_at bigint,
    created_at  bigint  NOT NULL,
    updated_at  bigint  NOT NULL
);
CREATE UNIQUE INDEX users_by_email ON users (email);
-- A sign-in through an identity provider finds its user; one identity is one user.
CREATE UNIQUE INDEX users_by_identity ON users (issuer, subject) WHERE issuer IS NOT NULL;
-- Counted before the last one could go, and at each start. Few.
CREATE INDEX users_operators ON users (operator) WHERE operator AND disabled_at IS NULL;

CREATE TABLE memberships (
    user_id         uuid    NOT NULL,
    organization_id uuid    NOT NULL,
    role            text    NOT NULL,
    -- Given by the identity provider's groups, and taken by them.
    by_group        boolean NOT NULL,
    PRIMARY KEY (user_id, organization_id)
);
-- The members of an organization, for its list and for the sweep of a deleted one.
CREATE INDEX memberships_by_organization ON memberships (organization_id, user_id);

-- A link that works once. Nothing secret is in it: its text is signed.
CREATE TABLE links (
    id              uuid   PRIMARY KEY,
    -- first_operator, password, portal or sign_in.
    kind            text   COLLATE "C" NOT NULL,
    -- Whose password it chooses.
    user_id         uuid,
    -- The organization that a portal link leads to, and as JSON what it allows there.
    organization_id uuid,
    portal          text,
    created_at      bigint NOT NULL,
    created_by      text   NOT NULL,
    expires_at      bigint NOT NULL,
    used_at         bigint,
    revoked_at      bigint,
    -- From then on nothing needs it: it has expired, and so has the session that came through it.
    ends_at         bigint NOT NULL
);
-- The links of an organization, newest first; the sweep of a deleted one.
CREATE INDEX links_by_organization ON links (organization_id, id)
    WHERE organization_id IS NOT NULL;
-- A new password link takes back those before it.
CREATE INDEX links_by_user ON links (user_id) WHERE user_id IS NOT NULL;
-- So does a new link for the first operator.
CREATE INDEX links_first_operator ON links (kind) WHERE kind = 'first_operator';
-- The sweep.
CREATE INDEX links_by_end ON links (ends_at);

-- Somebody is signed in: a user, or a customer who came through a link.
CREATE TABLE sessions (
    id         uuid   PRIMARY KEY,
    -- Of the cookie's secret.
    sha256     bytea  NOT NULL,
    user_id    uuid,
    link_id    uuid,
    -- JSON: what the link allows, as it was when it was used.
    portal     text,
    created_at bigint NOT NULL,
    seen_at    bigint NOT NULL,
    -- Slides.
    expires_at bigint NOT NULL,
    -- Does not.
    ends_at    bigint NOT NULL,
    address    text,
    agent      text,
    CHECK ((user_id IS NULL) = (link_id IS NOT NULL AND portal IS NOT NULL))
) WITH (fillfactor = 70);
-- What each request with a cookie looks in.
CREATE UNIQUE INDEX sessions_by_hash ON sessions (sha256);
-- The sessions of a user, newest first, and all of them to be ended.
CREATE INDEX sessions_by_user ON sessions (user_id, id) WHERE user_id IS NOT NULL;
-- Those that came through a link, which end with it.
CREATE INDEX sessions_by_link ON sessions (link_id) WHERE link_id IS NOT NULL;
-- The sweep.
CREATE INDEX sessions_by_end ON sessions (least(expires_at, ends_at));

-- What was made before there were roles could do everything within its scope.
ALTER TABLE tokens ADD COLUMN role text NOT NULL DEFAULT 'admin';
ALTER TABLE tokens ADD COLUMN expires_at bigint;
-- To a minute or so: not each request writes.
ALTER TABLE tokens ADD COLUMN last_used_at bigint;

-- Every change: who, what, when, before and after. Written once, with the change.
CREATE TABLE audit (
    -- Sorts by time: the key is the whole log, newest first.
    id              uuid   PRIMARY KEY,
    -- NULL for the platform.
    organization_id uuid,
    at              bigint NOT NULL,
    actor_kind      text   NOT NULL,
    actor_id        text,
    actor_name      text   NOT NULL,
    address         text,
    request         text,
    action          text   COLLATE "C" NOT NULL,
    subject         text   COLLATE "C" NOT NULL,
    label           text   NOT NULL,
    -- JSON.
    before          text,
    after           text
);
-- The log of an organization, newest first.
CREATE INDEX audit_by_organization ON audit (organization_id, id)
    WHERE organization_id IS NOT NULL;
-- What happened to one thing, however long ago.
CREATE INDEX audit_by_subject ON audit (subject, id);
