-- Resends in bulk: what is to be sent again, how fast, and how far it has come. A row of its own for
-- each, so that a restart, or another node, goes on where the last commit was. Whoever takes a step
-- holds the row; others step over it.
CREATE TABLE jobs (
    id              uuid     PRIMARY KEY,
    organization_id uuid     NOT NULL,
    -- The webhook that the filter names, for the look at jobs about the same.
    webhook_id      uuid,
    -- JSON.
    filter          text     NOT NULL,
    per_second      integer  NOT NULL,
    state           smallint NOT NULL,
    -- Why it stopped.
    reason          smallint,
    total           bigint   NOT NULL,
    total_complete  boolean  NOT NULL,
    done            bigint   NOT NULL,
    -- JSON: how many were left out, and why.
    skipped         text     NOT NULL,
    -- How far it is: a webhook, and a delivery of it.
    at_webhook      uuid,
    at_delivery     uuid,
    next_at         bigint   NOT NULL,
    created_at      bigint   NOT NULL,
    created_by      text     NOT NULL,
    updated_at      bigint   NOT NULL,
    updated_by      text     NOT NULL
) WITH (fillfactor = 50);
-- The next step of any job that runs. Empty most of the time.
CREATE INDEX jobs_due ON jobs (next_at) WHERE state = 0;
-- Lists, newest first, and those that are not over.
CREATE INDEX jobs_by_organization ON jobs (organization_id, id);
-- The sweep of those that were over long ago.
CREATE INDEX jobs_over ON jobs (updated_at) WHERE state >= 2;
-- A job of a whole organization goes through its webhooks in this order, tombstones included.
CREATE INDEX webhooks_in_order ON webhooks (organization_id, id);
