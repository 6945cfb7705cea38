-- What the log needs to find what is rare without walking over what is not. Each index holds only
-- what did not go smoothly: a delivery that arrives at once enters none of them.
--
-- A delivery's id is younger than its event's, and but for resends hardly so. Deliveries in the
-- order of their ids are therefore events in nearly the order of theirs.
--
-- The last column of each is what a search asks for. It is part of the key, and searches order by it
-- too, because no other index gives that order: a plan that is made on the empty tables of a new day
-- would take the primary key as gladly, and keep to it.

-- Deliveries that were given up or stopped. Also what a resend of many goes through.
CREATE INDEX deliveries_unlucky ON deliveries (webhook_id, id, state)
    WHERE state IN (2, 3);
-- Deliveries to which something happened later than ten minutes after they were made: what was
-- updated since a time (ADV-7) is newer than that time, or is one of these.
CREATE INDEX deliveries_late ON deliveries (webhook_id, id, updated_at)
    WHERE updated_at > created_at + 600000000;
-- Attempts that had no 2xx, by the class of their status or by their cause. Both are one column: a
-- search says what it equals, and what it finds is then in the order of ids. Were a column of two
-- only said to be null, the planner would know of no order behind it, and would rather walk the
-- primary key, past all attempts that went well.
CREATE INDEX attempts_unlucky ON attempts
    (webhook_id, (coalesce((status / 100)::text, cause)), delivery_id, status)
    WHERE status IS NULL OR status NOT BETWEEN 200 AND 299;

-- Deliveries that were added later have ids that tell nothing of their event's age: such events are
-- found by organization. A trigger sets it, because a node of the former version, which knows nothing
-- of the column, may go on beside this one during an upgrade. Resends are rare.
ALTER TABLE resends ADD COLUMN organization_id uuid;
UPDATE resends r SET organization_id = w.organization_id
    FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.id = r.delivery_id;
CREATE INDEX resends_by_organization ON resends (organization_id, event_id);
CREATE FUNCTION resends_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT w.organization_id INTO NEW.organization_id
        FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.id = NEW.delivery_id;
    RETURN NEW;
END
$$;
CREATE TRIGGER resends_organization BEFORE INSERT ON resends
    FOR EACH ROW WHEN (NEW.organization_id IS NULL) EXECUTE FUNCTION resends_organization();
