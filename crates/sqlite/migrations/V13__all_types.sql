-- Counts of all types together, beside those of each type: who asks for no type reads these, which are
-- as many times fewer as there are types. They lie apart, behind all others: their period has a bit
-- more (see `Types`), and their type is empty. What was counted before is added up here; histograms
-- that stand behind each other are read as their sum.
INSERT INTO rollups (period, organization, webhook, success, type, result, attempts, exhausted,
    total_us, max_us, latency, first_at, last_at, last_delivery, last_number)
SELECT period | (4 << 40), organization, webhook, success, '', result, attempts, exhausted, total_us,
    max_us, latency, first_at, last_at, unhex(substr(last, 21, 32)), CAST(substr(last, 53) AS INTEGER)
FROM (
    SELECT period, organization, webhook, success, result, sum(attempts) AS attempts,
        sum(exhausted) AS exhausted, sum(total_us) AS total_us, max(max_us) AS max_us,
        unhex(group_concat(hex(latency), '')) AS latency, min(first_at) AS first_at,
        max(last_at) AS last_at,
        -- The attempt that began last, as a text that sorts like it.
        max(printf('%020d', last_at) || hex(last_delivery) || printf('%010d', last_number)) AS last
    FROM rollups
    GROUP BY period, organization, webhook, success, result);
