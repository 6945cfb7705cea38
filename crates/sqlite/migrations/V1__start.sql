-- The first schema: organizations and what they catalogue, events, deliveries, attempts.
--
-- Ids on the outside are UUIDv7 in 16 bytes; rows refer to each other by `seq`, a small integer,
-- because a reference is copied into every index that holds it. Times are microseconds since 1970,
-- UTC. Foreign keys are not checked: the one writer keeps the references, and a check would look up
-- a parent for each row of the hot path.
--
-- The hot path of one event to one webhook writes: events, its index by organization, deliveries,
-- the index of pending ones (and its removal), attempts, its index by webhook. Any further index on
-- these three tables costs a percentage of the rate and needs a reason here.

-- Small facts about the database itself: the check value of the encryption key, the ping.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (
    seq             INTEGER PRIMARY KEY,
    id              BLOB    NOT NULL UNIQUE,
    slug            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    default_profile TEXT    NOT NULL,
    strict_types    INTEGER NOT NULL,
    -- Raised by each change of the organization, its webhooks, event types or channels.
    generation      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    -- Gone for everybody who asks; its rows follow in chunks, then this row.
    deleted_at      INTEGER
) STRICT;
-- A slug is unique among the living and free again after a deletion.
CREATE UNIQUE INDEX organizations_by_slug ON organizations (slug) WHERE deleted_at IS NULL;
-- What the sweep of deleted organizations looks for.
CREATE INDEX organizations_deleted ON organizations (seq) WHERE deleted_at IS NOT NULL;

CREATE TABLE event_types (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    -- 0 is the platform's catalogue: unlike NULL it takes part in the unique index below.
    organization INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    schema       TEXT,
    example      TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_types_by_name ON event_types (organization, name);

CREATE TABLE channels (
    organization INTEGER NOT NULL,
    key          TEXT    NOT NULL,
    label        TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (organization, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhooks (
    seq             INTEGER PRIMARY KEY,
    id              BLOB    NOT NULL UNIQUE,
    organization    INTEGER NOT NULL,
    revision        INTEGER NOT NULL,
    -- Out of the settings for the search by URL.
    url             TEXT    NOT NULL,
    -- JSON, without the headers.
    settings        TEXT    NOT NULL,
    -- Encrypted, with the webhook's id as context.
    headers         BLOB    NOT NULL,
    secrets         BLOB    NOT NULL,
    -- JSON: reason and time; NULL while enabled.
    disabled        TEXT,
    -- Deliveries made up to here are cancelled, whatever their rows say, but for tests.
    cancelled_up_to INTEGER,
    -- The part of that which a disable did; what lies between was cancelled by the deletion.
    disabled_up_to  INTEGER,
    -- The rows of cancelled deliveries do not all say so yet.
    unswept         INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    created_by      TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by      TEXT    NOT NULL,
    deleted_at      INTEGER
) STRICT;
-- The webhooks of an organization, for the snapshot; with the URL for one-per-URL (ADV-16).
CREATE INDEX webhooks_by_organization ON webhooks (organization, url) WHERE deleted_at IS NULL;
-- The sweep that removes a deleted organization needs the tombstones too.
CREATE INDEX webhooks_deleted ON webhooks (organization) WHERE deleted_at IS NOT NULL;
-- What the sweep of cancelled deliveries looks for.
CREATE INDEX webhooks_unswept ON webhooks (seq) WHERE unswept = 1;

-- What a webhook was before each of its changes: history can name it.
CREATE TABLE webhook_revisions (
    webhook    INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    settings   TEXT    NOT NULL,
    headers    BLOB    NOT NULL,
    disabled   TEXT,
    updated_at INTEGER NOT NULL,
    updated_by TEXT    NOT NULL,
    PRIMARY KEY (webhook, revision)
) STRICT, WITHOUT ROWID;

-- Failure counters. A webhook whose counters are zero and always were has no row.
CREATE TABLE health (
    webhook       INTEGER PRIMARY KEY,
    redirects     INTEGER NOT NULL,
    client_errors INTEGER NOT NULL,
    server_errors INTEGER NOT NULL,
    failures      INTEGER NOT NULL,
    failing_since INTEGER
) STRICT;

CREATE TABLE tokens (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    -- NULL reaches the whole platform.
    organization INTEGER,
    name         TEXT    NOT NULL,
    sha256       BLOB    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX tokens_by_organization ON tokens (organization) WHERE organization IS NOT NULL;

-- One thing that happened: written once. A rowid table, because data is often longer than what a
-- WITHOUT ROWID table keeps on a leaf page, and appends at its right edge.
CREATE TABLE events (
    seq          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL,
    organization INTEGER NOT NULL,
    type         TEXT    NOT NULL,
    -- 1: unknown type, 2: test.
    flags        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    -- NULL when equal to created_at.
    time         INTEGER,
    -- JSON array; NULL when there are none.
    channels     TEXT,
    external_id  TEXT,
    -- Of what the external id stands for.
    fingerprint  BLOB,
    -- The ids of the deliveries made with the event, 16 bytes each: in place of an index of
    -- deliveries by event, which would cost an insert for each delivery.
    deliveries   BLOB    NOT NULL,
    data         BLOB    NOT NULL
) STRICT;
-- Every reader and every resend comes with (organization, id); newest first within an organization.
CREATE UNIQUE INDEX events_by_organization ON events (organization, id);
-- A repeat finds the first event; also the filter by external id. Only events that have one pay.
CREATE INDEX events_by_external_id ON events (organization, external_id)
    WHERE external_id IS NOT NULL;

-- One event for one webhook. WITHOUT ROWID: rows are short, ids grow, and one b-tree is enough.
CREATE TABLE deliveries (
    id           BLOB    NOT NULL PRIMARY KEY,
    event        INTEGER NOT NULL,
    webhook      INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    -- Added to a stored event later, so that the event does not list it.
    again        INTEGER NOT NULL,
    reason       INTEGER,
    attempts     INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    -- NULL when it is no longer pending. Never before created_at.
    due_at       INTEGER,
    -- NULL until something happened to it.
    updated_at   INTEGER,
    -- The last attempt; each attempt names the one before it.
    last_attempt INTEGER
) STRICT, WITHOUT ROWID;
-- Claims and the search for lanes with due work walk this and nothing else: it holds pending rows
-- only, so its size follows the backlog and not the history.
CREATE INDEX deliveries_pending ON deliveries (webhook, due_at, id) WHERE state = 0;
-- The deliveries of an event that the event does not list. Rare, therefore cheap.
CREATE INDEX deliveries_again ON deliveries (event) WHERE again = 1;

-- One HTTP request. A rowid table for the same reasons as events. Reached from its delivery by
-- last_attempt and previous (no index by delivery), and from its webhook by the index below.
CREATE TABLE attempts (
    seq              INTEGER PRIMARY KEY,
    delivery         BLOB    NOT NULL,
    webhook          INTEGER NOT NULL,
    number           INTEGER NOT NULL,
    previous         INTEGER,
    revision         INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    -- Either a status or the name of a cause.
    status           INTEGER,
    cause            TEXT,
    dns_us           INTEGER,
    connect_us       INTEGER,
    tls_us           INTEGER,
    first_byte_us    INTEGER,
    total_us         INTEGER NOT NULL,
    url              TEXT    NOT NULL,
    -- Port and address, 6 or 18 bytes.
    address          BLOB,
    detail           TEXT,
    body_sha256      BLOB    NOT NULL,
    request_headers  BLOB    NOT NULL,
    response_headers BLOB    NOT NULL,
    -- A short excerpt is kept here, a longer one in excerpts.
    excerpt          BLOB,
    excerpt_seq      INTEGER,
    truncated        INTEGER NOT NULL,
    retry_at         INTEGER
) STRICT;
-- The attempts of a webhook, newest first (EVI-15), and its last one for its health.
CREATE INDEX attempts_by_webhook ON attempts (webhook, at);

-- Beginnings of response bodies. An unchanged body is stored once a day for each webhook: the
-- writer remembers the last ones. seq = day << 32 | count, so that days can be removed as ranges.
CREATE TABLE excerpts (
    seq  INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

-- Answers to requests that carried an Idempotency-Key. Keys are random, so this is the one random
-- access of the hot path; only requests that carry a key pay for it.
CREATE TABLE idempotency (
    organization INTEGER NOT NULL,
    -- SHA-256 of the key, cut to 16 bytes.
    key          BLOB    NOT NULL,
    fingerprint  BLOB    NOT NULL,
    answer       BLOB    NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (organization, key)
) STRICT, WITHOUT ROWID;
-- The sweep of expired keys; entries arrive in order.
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
