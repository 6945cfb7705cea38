-- Resends in bulk: what is to be sent again, how fast, and how far it has come. A row of its own for
-- each, so that a restart goes on where the last commit was.
CREATE TABLE jobs (
    seq            INTEGER PRIMARY KEY,
    id             BLOB    NOT NULL UNIQUE,
    organization   INTEGER NOT NULL,
    -- The id of the webhook that the filter names, for the look at jobs about the same.
    webhook        BLOB,
    -- JSON.
    filter         TEXT    NOT NULL,
    per_second     INTEGER NOT NULL,
    state          INTEGER NOT NULL,
    -- Why it stopped.
    reason         INTEGER,
    total          INTEGER NOT NULL,
    total_complete INTEGER NOT NULL,
    done           INTEGER NOT NULL,
    -- JSON: how many were left out, and why.
    skipped        TEXT    NOT NULL,
    -- How far it is: a webhook, and a delivery of it.
    at_webhook     BLOB,
    at_delivery    BLOB,
    next_at        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    created_by     TEXT    NOT NULL,
    updated_at     INTEGER NOT NULL,
    updated_by     TEXT    NOT NULL
) STRICT;
-- The next step of any job that runs. Empty most of the time.
CREATE INDEX jobs_due ON jobs (next_at) WHERE state = 0;
-- Lists, newest first, and those that are not over.
CREATE INDEX jobs_by_organization ON jobs (organization, id);
-- The sweep of those that were over long ago.
CREATE INDEX jobs_over ON jobs (updated_at) WHERE state >= 2;
-- A job of a whole organization goes through its webhooks in this order, tombstones included.
CREATE INDEX webhooks_in_order ON webhooks (organization, id);
