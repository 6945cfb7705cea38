-- Lanes have no owners here: the process that has this database owns them all. The number is the
-- same as in the store for many nodes.

-- Events whose data was to go when something of theirs was still pending: looked at again until it
-- is not. How far the walk over events has come is in meta, so that it need not walk over those
-- without data each time. Notes about work, not data: a copy of an installation needs neither.
CREATE TABLE payloads_kept (
    event INTEGER PRIMARY KEY
) STRICT;
