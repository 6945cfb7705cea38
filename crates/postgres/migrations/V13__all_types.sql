-- Counts of all types together, beside those of each type: who asks for no type reads these, which are
-- as many times fewer as there are types. They lie apart, behind all others: their period has a bit
-- more (see `Types`), and their type is empty. What was counted before is added up here; histograms
-- that stand behind each other are read as their sum.
--
-- A program of the former version works on this schema, but what it folds is missing from these rows.
-- Nobody folds meanwhile (the folder's lock).
SELECT pg_advisory_xact_lock(x'62656c6c00000011'::bigint);

INSERT INTO rollups (period, organization_id, webhook_id, success, type, result, attempts, exhausted,
    total_us, max_us, latency, first_at, last_at, last_delivery, last_number)
SELECT period | (4::bigint << 40), organization_id, webhook_id, success, '', result,
    sum(attempts)::bigint, sum(exhausted)::bigint, sum(total_us)::bigint, max(max_us),
    string_agg(latency, ''::bytea), min(first_at), max(last_at),
    (array_agg(last_delivery ORDER BY last_at DESC, last_delivery DESC, last_number DESC))[1],
    (array_agg(last_number ORDER BY last_at DESC, last_delivery DESC, last_number DESC))[1]
FROM rollups
GROUP BY period, organization_id, webhook_id, success, result;
