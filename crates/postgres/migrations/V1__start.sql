-- The first schema: organizations and what they catalogue, events, deliveries, attempts, nodes.
--
-- Ids are UUIDv7, times are microseconds since 1970, UTC, as on SQLite. There are no foreign keys:
-- the store keeps the references, and a check would look up a parent for each row of the hot path.
--
-- events, deliveries, attempts and excerpts are range-partitioned by the day in their (delivery's)
-- id. There is no default partition; the store makes the days ahead, named after the date. Days are
-- dropped whole, so nothing here refers across them but by id. What must be unique over all days
-- (idempotency keys, external ids) is not partitioned.
--
-- The hot path of one event to one webhook writes: events and its index; deliveries, its index and
-- the index of leased ones; its update with one index entry; attempts and two indexes. Any further
-- index on these costs a percentage of the rate and needs a reason here.
--
-- Texts that are compared or sorted are in collation "C": bytes, as SQLite does it, and faster.

-- One row about the installation itself.
CREATE TABLE installation (
    one              boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- The lowest schema that a program must know to work on this database. A migration that an
    -- older program cannot live with raises it.
    minimum_schema   integer NOT NULL,
    -- Tells a wrong encryption key.
    key_check        bytea,
    -- Counts changes of any catalogue: what a node looks at that cannot be told of them.
    changes          bigint  NOT NULL,
    -- Counts changes of the platform's catalogue.
    platform_changes bigint  NOT NULL
);
INSERT INTO installation (minimum_schema, changes, platform_changes) VALUES (1, 0, 0);

-- The processes on this database. A node lives while it renews its row; what a node holds is free
-- once it is dead.
CREATE TABLE nodes (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Found dead: it can never renew again, and its leases are being freed.
    dead       boolean     NOT NULL DEFAULT false,
    -- Raised to see whether the database can be written.
    pings      bigint      NOT NULL DEFAULT 0
) WITH (fillfactor = 20);

CREATE TABLE organizations (
    id              uuid    PRIMARY KEY,
    slug            text    COLLATE "C" NOT NULL,
    name            text    NOT NULL,
    default_profile text    NOT NULL,
    strict_types    boolean NOT NULL,
    -- Raised by each change of the organization, its webhooks, event types or channels.
    generation      bigint  NOT NULL,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    -- Gone for everybody who asks; its rows follow in chunks, then this row.
    deleted_at      bigint
) WITH (fillfactor = 70);
-- A slug is unique among the living and free again after a deletion.
CREATE UNIQUE INDEX organizations_by_slug ON organizations (slug) WHERE deleted_at IS NULL;
-- What the sweep of deleted organizations looks for.
CREATE INDEX organizations_deleted ON organizations (id) WHERE deleted_at IS NOT NULL;

CREATE TABLE event_types (
    id              uuid   PRIMARY KEY,
    -- The nil id is the platform's catalogue: unlike NULL it takes part in the unique index below.
    organization_id uuid   NOT NULL,
    name            text   COLLATE "C" NOT NULL,
    description     text   NOT NULL,
    -- JSON, verbatim.
    schema          text,
    example         text,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL
);
CREATE UNIQUE INDEX event_types_by_name ON event_types (organization_id, name);

CREATE TABLE channels (
    organization_id uuid   NOT NULL,
    key             text   COLLATE "C" NOT NULL,
    label           text   NOT NULL,
    kind            text   NOT NULL,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    PRIMARY KEY (organization_id, key)
);

CREATE TABLE webhooks (
    id              uuid    PRIMARY KEY,
    organization_id uuid    NOT NULL,
    revision        integer NOT NULL,
    -- Out of the settings for the search by URL.
    url             text    COLLATE "C" NOT NULL,
    -- JSON, without the headers.
    settings        text    NOT NULL,
    -- Encrypted, with the webhook's id as context.
    headers         bytea   NOT NULL,
    secrets         bytea   NOT NULL,
    -- JSON: reason and time; NULL while enabled.
    disabled        text,
    -- Deliveries made up to here are cancelled, whatever their rows say, but for tests.
    cancelled_up_to bigint,
    -- The part of that which a disable did; what lies between was cancelled by the deletion.
    disabled_up_to  bigint,
    -- The rows of cancelled deliveries do not all say so yet.
    unswept         boolean NOT NULL DEFAULT false,
    created_at      bigint  NOT NULL,
    created_by      text    NOT NULL,
    updated_at      bigint  NOT NULL,
    updated_by      text    NOT NULL,
    deleted_at      bigint
);
-- The webhooks of an organization, for the snapshot; with the URL for one-per-URL (ADV-16), by its
-- hash because a URL can be longer than an index entry.
CREATE INDEX webhooks_by_organization ON webhooks (organization_id, md5(url))
    WHERE deleted_at IS NULL;
-- The sweep that removes a deleted organization needs the tombstones too.
CREATE INDEX webhooks_deleted ON webhooks (organization_id) WHERE deleted_at IS NOT NULL;
-- What the sweep of cancelled deliveries looks for.
CREATE INDEX webhooks_unswept ON webhooks (id) WHERE unswept;

-- What a webhook was before each of its changes: history can name it.
CREATE TABLE webhook_revisions (
    webhook_id uuid    NOT NULL,
    revision   integer NOT NULL,
    settings   text    NOT NULL,
    headers    bytea   NOT NULL,
    disabled   text,
    updated_at bigint  NOT NULL,
    updated_by text    NOT NULL,
    PRIMARY KEY (webhook_id, revision)
);

-- Failure counters. Each webhook has a row from the start, so that there is one to lock. Updates
-- stay on their page.
CREATE TABLE health (
    webhook_id    uuid   PRIMARY KEY,
    redirects     bigint NOT NULL DEFAULT 0,
    client_errors bigint NOT NULL DEFAULT 0,
    server_errors bigint NOT NULL DEFAULT 0,
    failures      bigint NOT NULL DEFAULT 0,
    failing_since bigint
) WITH (fillfactor = 50);

CREATE TABLE tokens (
    id              uuid   PRIMARY KEY,
    -- NULL reaches the whole platform.
    organization_id uuid,
    name            text   NOT NULL,
    sha256          bytea  NOT NULL UNIQUE,
    created_at      bigint NOT NULL,
    revoked_at      bigint
);
CREATE INDEX tokens_by_organization ON tokens (organization_id)
    WHERE organization_id IS NOT NULL;

-- One thing that happened: written once. Everybody who looks for an event knows its organization,
-- so one index serves the lookup and the list, newest first.
CREATE TABLE events (
    created_at      bigint   NOT NULL,
    -- NULL when equal to created_at.
    time            bigint,
    -- 1: unknown type, 2: test.
    flags           smallint NOT NULL,
    id              uuid     NOT NULL,
    organization_id uuid     NOT NULL,
    type            text     COLLATE "C" NOT NULL,
    -- JSON array; NULL when there are none.
    channels        text,
    -- Bytes, because a producer's id may hold any character.
    external_id     bytea,
    -- The ids of the deliveries made with the event, 16 bytes each: in place of an index of
    -- deliveries by event, which would cost an entry for each insert and each update of one.
    deliveries      bytea    NOT NULL,
    data            bytea    NOT NULL,
    PRIMARY KEY (organization_id, id)
) PARTITION BY RANGE (id);

-- One event for one webhook.
CREATE TABLE deliveries (
    created_at bigint   NOT NULL,
    -- NULL when it is no longer pending. Never before created_at.
    due_at     bigint,
    -- NULL until something happened to it.
    updated_at bigint,
    -- The node that holds it: only while it is pending.
    node       bigint,
    attempts   integer  NOT NULL,
    state      smallint NOT NULL,
    kind       smallint NOT NULL,
    reason     smallint,
    id         uuid     NOT NULL,
    event_id   uuid     NOT NULL,
    webhook_id uuid     NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
-- Claims and the search for lanes with due work walk this and nothing else. It holds only what is
-- pending and held by nobody. A delivery that is sent straight after its commit is stored as held
-- and therefore never enters it: the usual case costs no entry, leaves none to be vacuumed, and
-- claims never have to step over what live nodes hold.
CREATE INDEX deliveries_due ON deliveries (webhook_id, due_at, id)
    WHERE state = 0 AND node IS NULL;
-- Tests go to disabled webhooks too: they are found among a million cancelled ones by this.
CREATE INDEX deliveries_tests ON deliveries (webhook_id, due_at, id)
    WHERE state = 0 AND node IS NULL AND kind = 3;
-- What a dead node held. Entries of one node go to one end of it and share their key: small.
CREATE INDEX deliveries_leased ON deliveries (node) WHERE node IS NOT NULL;

-- Deliveries added to a stored event later, which the event does not list. Rare, and possibly on
-- another day than the event.
CREATE TABLE resends (
    event_id    uuid NOT NULL,
    delivery_id uuid NOT NULL,
    PRIMARY KEY (event_id, delivery_id)
);

-- One HTTP request, on the day of its delivery.
CREATE TABLE attempts (
    at               bigint   NOT NULL,
    retry_at         bigint,
    number           integer  NOT NULL,
    revision         integer  NOT NULL,
    -- Either a status or the name of a cause.
    status           integer,
    dns_us           integer,
    connect_us       integer,
    tls_us           integer,
    first_byte_us    integer,
    total_us         integer  NOT NULL,
    truncated        boolean  NOT NULL,
    delivery_id      uuid     NOT NULL,
    event_id         uuid     NOT NULL,
    webhook_id       uuid     NOT NULL,
    cause            text,
    url              text     NOT NULL,
    -- Port and address, 6 or 18 bytes.
    address          bytea,
    detail           text,
    body_sha256      bytea    NOT NULL,
    request_headers  bytea    NOT NULL,
    response_headers bytea    NOT NULL,
    -- A short excerpt is kept here, a longer one in excerpts.
    excerpt          bytea,
    excerpt_id       uuid,
    PRIMARY KEY (delivery_id, number)
) PARTITION BY RANGE (delivery_id);
-- The attempts of a webhook, newest first (EVI-15), and its last one for its health.
CREATE INDEX attempts_by_webhook ON attempts (webhook_id, at);

-- Beginnings of response bodies. The id is made of the day of the delivery and the hash of webhook
-- and body, so an unchanged body is stored once a day for each webhook, by whichever node.
CREATE TABLE excerpts (
    id   uuid  NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);

-- The event that an external id names now. A repeat finds it; the filter by external id finds the
-- former ones too.
CREATE TABLE external_ids (
    organization_id uuid    NOT NULL,
    external_id     bytea   NOT NULL,
    event_id        uuid    NOT NULL,
    -- Of what the external id stands for.
    fingerprint     bytea,
    matched         integer NOT NULL,
    unknown_type    boolean NOT NULL,
    created_at      bigint  NOT NULL,
    -- Events that had this external id before, oldest first.
    earlier         uuid[]  NOT NULL DEFAULT '{}',
    PRIMARY KEY (organization_id, external_id)
);

-- Answers to requests that carried an Idempotency-Key.
CREATE TABLE idempotency (
    organization_id uuid   NOT NULL,
    -- SHA-256 of the key, cut to 16 bytes.
    key             bytea  NOT NULL,
    fingerprint     bytea  NOT NULL,
    answer          bytea  NOT NULL,
    expires_at      bigint NOT NULL,
    PRIMARY KEY (organization_id, key)
);
-- The sweep of expired keys.
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
