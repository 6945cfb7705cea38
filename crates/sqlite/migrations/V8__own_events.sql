-- What Bellwire tells of itself: when a webhook was told as failing, and an outbox of what is yet to be
-- told. A notice is written in the transaction that it follows from and removed once its event is
-- stored, so that no crash loses it. Few rows, for moments: it needs no index but its key.
ALTER TABLE health ADD COLUMN told_at INTEGER;

-- Organization and webhook are named by id: either may be gone when it is told.
CREATE TABLE outbox (
    -- The order in which they are told.
    id           BLOB    PRIMARY KEY,
    organization BLOB    NOT NULL,
    webhook      BLOB    NOT NULL,
    -- The event type.
    kind         TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    -- What the event is to say, as JSON.
    facts        TEXT    NOT NULL,
    -- Somebody is telling it, until then.
    taken_until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
