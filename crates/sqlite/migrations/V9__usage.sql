-- Usage notifications: who has bought what and at which percentages of a target webhooks are called,
-- what was used, and which records were counted.

-- Developers, packages, rate plans, developers' rate plans, conditions: documents, of which the store
-- knows their key, what they belong to and whose they are. Few and rarely changed.
CREATE TABLE usage_items (
    -- Names a developer's plan in the counters. Not used again while it is the highest.
    seq          INTEGER PRIMARY KEY,
    organization INTEGER NOT NULL,
    noun         INTEGER NOT NULL,
    key          TEXT    NOT NULL,
    -- Keys of what it belongs to, and of whose it is.
    parent       TEXT,
    owner        TEXT,
    -- JSON.
    body         TEXT    NOT NULL,
    -- What a search looks at: the texts in it, lowered.
    words        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT    NOT NULL,
    updated_at   INTEGER NOT NULL,
    updated_by   TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_items_by_key ON usage_items (organization, noun, key);
-- Lists, oldest first: all of a noun, those of a parent, those of an owner.
CREATE INDEX usage_items_in_order ON usage_items (organization, noun, created_at, key);
CREATE INDEX usage_items_by_parent ON usage_items (organization, noun, parent, created_at, key)
    WHERE parent IS NOT NULL;
CREATE INDEX usage_items_by_owner ON usage_items (organization, noun, owner, created_at, key)
    WHERE owner IS NOT NULL;

-- What was used of a developer's plan in one of its periods. Written with each chunk of a report, in
-- the order of the plans: rows are short, so that a chunk touches few pages.
CREATE TABLE usage_counters (
    -- The seq of the developer's plan.
    plan       INTEGER NOT NULL,
    -- When the period begins.
    period     INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    -- The highest whole percentage of the target that was looked at (ADR 12).
    level      INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (plan, period)
) STRICT, WITHOUT ROWID;

-- The ids of the records that were counted, 16 bytes each, as they were counted: one row for each chunk
-- of a report, appended. The writer has the latest in memory as well; behind that, in sorted portions,
-- they go into usage_records. A table of random ids that each report inserted into would cost a page
-- for each record. (`usage/ids.rs`)
CREATE TABLE usage_batches (
    seq          INTEGER PRIMARY KEY,
    organization INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    -- Sorted.
    ids          BLOB    NOT NULL
) STRICT;
-- The sweep of ids that are old enough to be forgotten; rows arrive in order.
CREATE INDEX usage_batches_by_age ON usage_batches (at);
-- The sweep of a deleted organization.
CREATE INDEX usage_batches_by_organization ON usage_batches (organization);

-- Which records were counted: all of the batches up to the number that meta calls `usage_ids`, and some
-- of the later ones.
CREATE TABLE usage_records (
    organization INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    PRIMARY KEY (organization, id)
) STRICT, WITHOUT ROWID;
