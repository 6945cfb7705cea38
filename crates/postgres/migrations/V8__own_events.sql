-- What Bellwire tells of itself: when a webhook was told as failing, and an outbox of what is yet to be
-- told. A notice is written in the transaction that it follows from and removed once its event is
-- stored, so that no crash loses it. Few rows, for moments: it needs no index but its key. A program of
-- the former version works on this schema: it tells nothing, and leaves told_at as it is.
ALTER TABLE health ADD COLUMN told_at bigint;

-- Organization and webhook are named by id: either may be gone when it is told.
CREATE TABLE outbox (
    -- The order in which they are told.
    id              uuid   PRIMARY KEY,
    organization_id uuid   NOT NULL,
    webhook_id      uuid   NOT NULL,
    -- The event type.
    kind            text   NOT NULL,
    at              bigint NOT NULL,
    -- What the event is to say, as JSON.
    facts           text   NOT NULL,
    -- A node is telling it, until then.
    taken_until     bigint NOT NULL
);
