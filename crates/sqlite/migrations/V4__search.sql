-- What the log needs to find what is rare without walking over what is not. Each index holds only
-- what did not go smoothly: a delivery that arrives at once enters none of them.
--
-- A delivery's id is younger than its event's, and but for resends hardly so. Deliveries in the
-- order of their ids are therefore events in nearly the order of theirs.

-- Deliveries that were given up or stopped. Also what a resend of many goes through.
CREATE INDEX deliveries_unlucky ON deliveries (webhook, id, state) WHERE state IN (2, 3);
-- Deliveries to which something happened later than ten minutes after they were made: what was
-- updated since a time (ADV-7) is newer than that time, or is one of these.
CREATE INDEX deliveries_late ON deliveries (webhook, id, updated_at)
    WHERE updated_at > created_at + 600000000;
-- Attempts that had no 2xx, by the class of their status or by their cause.
CREATE INDEX attempts_unlucky ON attempts (webhook, status / 100, cause, delivery, status)
    WHERE status IS NULL OR status NOT BETWEEN 200 AND 299;

-- An event says by a flag (4) that deliveries were added to it later: those have ids that tell
-- nothing of the event's age.
UPDATE events SET flags = flags | 12 WHERE seq IN (SELECT event FROM deliveries WHERE again = 1);
CREATE INDEX events_resent ON events (organization, id) WHERE flags & 4 != 0;
