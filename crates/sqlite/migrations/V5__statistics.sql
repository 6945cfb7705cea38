-- Counts of attempts by minute, hour and day, so that rates and latency need no scan.
--
-- A commit of records adds one row to rollup_deltas, at its right edge, and changes none. A folder
-- takes those rows away and adds them up in rollups, some at a time; readers add what is not folded.

-- What a commit of records counted. Rows with a number below zero were gathered by the folder into
-- pieces that each fit into one of its steps, or came with a copy.
CREATE TABLE rollup_deltas (
    seq  INTEGER PRIMARY KEY,
    body BLOB    NOT NULL
) STRICT;

-- WITHOUT ROWID, by time first: what is written at one time lies together, so that folding touches
-- few pages, and what is too old is one stretch. A reader asks for each period by its key.
CREATE TABLE rollups (
    -- Minute, hour or day, and which: see `Period::code`.
    period           INTEGER NOT NULL,
    -- 0 is all of them together.
    organization     INTEGER NOT NULL,
    -- 0 is all of them together.
    webhook          INTEGER NOT NULL,
    success          INTEGER NOT NULL,
    type             TEXT    NOT NULL,
    -- A status, or the name of a cause.
    result           TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    exhausted        INTEGER NOT NULL,
    total_us         INTEGER NOT NULL,
    max_us           INTEGER NOT NULL,
    -- Buckets of a histogram with their counts.
    latency          BLOB    NOT NULL,
    first_at         INTEGER NOT NULL,
    -- The attempt that began last: an example.
    last_at          INTEGER NOT NULL,
    last_delivery    BLOB    NOT NULL,
    last_number      INTEGER NOT NULL,
    PRIMARY KEY (period, organization, webhook, success, type, result)
) STRICT, WITHOUT ROWID;
