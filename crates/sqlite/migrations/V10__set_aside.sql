-- Rows that could not be read, moved out of the way of those that can be: what waits behind a damaged
-- row, or behind one that a newer version has written, must not wait for ever. For people to look at;
-- nothing reads it. Few rows, if any: it needs no index but its key.
CREATE TABLE set_aside (
    seq    INTEGER PRIMARY KEY,
    -- The table it was in.
    source TEXT    NOT NULL,
    -- When it was moved.
    at     INTEGER NOT NULL,
    -- What is wrong with it, and what it is about.
    why    TEXT    NOT NULL,
    -- What could not be read.
    body   BLOB    NOT NULL
) STRICT;

-- The resends of an event to one webhook: a resend in bulk asks for them, and an event that went to
-- ten thousand webhooks can have as many.
DROP INDEX deliveries_again;
CREATE INDEX deliveries_again ON deliveries (event, webhook) WHERE again = 1;

-- Jobs that were paused long ago are stopped: they stand in the way of others.
CREATE INDEX jobs_paused ON jobs (updated_at) WHERE state = 1;
