-- Pausing, draining, and cancelling all that is pending. A program of the former version works on
-- this schema: it goes on sending to a paused webhook.

-- JSON: since when, and who wanted it; NULL while it is not paused.
ALTER TABLE webhooks ADD COLUMN paused TEXT;
-- JSON: how fast what a pause held is sent, and up to when that was made; NULL when it is all sent.
ALTER TABLE webhooks ADD COLUMN drain TEXT;
-- The part of cancelled_up_to that somebody cancelled by hand.
ALTER TABLE webhooks ADD COLUMN cleared_up_to INTEGER;
ALTER TABLE webhook_revisions ADD COLUMN paused TEXT;
ALTER TABLE webhook_revisions ADD COLUMN drain TEXT;
-- Tests go to paused webhooks too: they are found among a million held ones by this. Nearly always
-- empty.
CREATE INDEX deliveries_tests ON deliveries (webhook, due_at, id) WHERE state = 0 AND kind = 3;
