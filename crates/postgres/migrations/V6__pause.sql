-- Pausing, draining, and cancelling all that is pending. A program of the former version works on
-- this schema: it goes on sending to a paused webhook.

-- JSON: since when, and who wanted it; NULL while it is not paused.
ALTER TABLE webhooks ADD COLUMN paused text;
-- JSON: how fast what a pause held is sent, and up to when that was made; NULL when it is all sent.
ALTER TABLE webhooks ADD COLUMN drain text;
-- The part of cancelled_up_to that somebody cancelled by hand.
ALTER TABLE webhooks ADD COLUMN cleared_up_to bigint;
ALTER TABLE webhook_revisions ADD COLUMN paused text;
ALTER TABLE webhook_revisions ADD COLUMN drain text;
-- Tests are found among a million held deliveries by deliveries_tests, which is there already.
