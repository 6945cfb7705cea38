-- Usage notifications: who has bought what and at which percentages of a target webhooks are called,
-- what was used, and which records were counted. A program of the former version works on this schema:
-- it knows nothing of these tables, and leaves the rows of an organization that it removes.

-- Developers, packages, rate plans, developers' rate plans, conditions: documents, of which the store
-- knows their key, what they belong to and whose they are. Few and rarely changed.
CREATE TABLE usage_items (
    organization_id uuid     NOT NULL,
    noun            smallint NOT NULL,
    key             text     COLLATE "C" NOT NULL,
    -- Keys of what it belongs to, and of whose it is.
    parent          text     COLLATE "C",
    owner           text     COLLATE "C",
    -- JSON.
    body            text     NOT NULL,
    -- What a search looks at: the texts in it, lowered.
    words           text     COLLATE "C" NOT NULL,
    created_at      bigint   NOT NULL,
    created_by      text     NOT NULL,
    updated_at      bigint   NOT NULL,
    updated_by      text     NOT NULL,
    PRIMARY KEY (organization_id, noun, key)
);
-- Those of a parent, those of an owner. What is found by its key alone can use neither of them: on
-- tables that are new to it, the planner takes any index that fits, be it only its first column. All of
-- a noun are read by the key and sorted: who lists them has them counted as well.
CREATE INDEX usage_items_by_parent ON usage_items (parent, organization_id, noun, created_at)
    WHERE parent IS NOT NULL;
CREATE INDEX usage_items_by_owner ON usage_items (owner, organization_id, noun, created_at)
    WHERE owner IS NOT NULL;

-- What was used of a developer's plan in one of its periods. Updates stay on their page.
CREATE TABLE usage_counters (
    period          bigint NOT NULL,
    count           bigint NOT NULL,
    -- The highest whole percentage of the target that was looked at (ADR 12).
    level           bigint NOT NULL,
    updated_at      bigint NOT NULL,
    organization_id uuid   NOT NULL,
    plan_id         uuid   NOT NULL,
    PRIMARY KEY (organization_id, plan_id, period)
) WITH (fillfactor = 50);

-- Which records were counted. Who inserts an id that another node is inserting waits for it, and then
-- sees that it is there.
CREATE TABLE usage_records (
    at              bigint NOT NULL,
    organization_id uuid   NOT NULL,
    id              bytea  NOT NULL,
    PRIMARY KEY (organization_id, id)
);
-- The sweep of ids that are old enough to be forgotten; entries arrive in order.
CREATE INDEX usage_records_by_age ON usage_records (at);
