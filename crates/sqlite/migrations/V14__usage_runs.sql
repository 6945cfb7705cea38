-- Ids of records that were counted go into sorted runs, which are only ever appended to and merged, in
-- place of one tree in which each id had a page to itself. They are made again out of usage_batches at
-- the first start. (`usage/ids.rs`)

DROP TABLE usage_records;
DELETE FROM meta WHERE name = 'usage_ids';

CREATE TABLE usage_runs (
    run    INTEGER PRIMARY KEY,
    -- How often what is in it was merged.
    level  INTEGER NOT NULL,
    -- The last of the batches that it was made of.
    up_to  INTEGER NOT NULL,
    -- When the latest of them was reported.
    newest INTEGER NOT NULL,
    -- 0 while it grows, 1 when it is whole, 2 when it is being removed.
    state  INTEGER NOT NULL,
    -- The run that it is being merged into.
    target INTEGER
) STRICT;

-- Some hundreds of ids of a run, in order: about a page.
CREATE TABLE usage_blocks (
    seq   INTEGER PRIMARY KEY,
    run   INTEGER NOT NULL,
    first BLOB    NOT NULL,
    ids   BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_blocks_in_order ON usage_blocks (run, first);
