-- Who owns a lane, and what retention needs. A program of the former version works on this schema:
-- it owns no lanes, and counts a webhook's requests at once by itself.

-- The one node that sends to a webhook of which one only may, because something is set for it that
-- must hold over all nodes together. Written by whoever claims first; gone with its node. Few rows,
-- rarely written: it is searched by node only when one is gone, which needs no index.
CREATE TABLE lane_owners (
    webhook_id uuid   PRIMARY KEY,
    node       bigint NOT NULL
);

-- How far retention has come with old days: notes about work, not data. A copy of an installation
-- needs neither of these two.
CREATE TABLE retention_days (
    day           bigint  PRIMARY KEY,
    -- Pages of the day's events that are in the copy without data; NULL while there is no copy.
    copied_blocks bigint,
    -- Events that are in it.
    copied_rows   bigint  NOT NULL DEFAULT 0,
    -- The data of its events is gone, but for what payloads_kept lists.
    payloads_gone boolean NOT NULL DEFAULT false,
    -- Its attempts need no look before this time.
    attempts_next bigint  NOT NULL DEFAULT 0,
    -- Pending events that were all that was kept of it.
    kept          bigint
);
-- Events that kept their data because something was pending.
CREATE TABLE payloads_kept (
    event_id        uuid PRIMARY KEY,
    organization_id uuid NOT NULL
);
