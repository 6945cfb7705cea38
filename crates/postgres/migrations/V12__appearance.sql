-- How an organization's pages look: a colour (`#0b6e4f`) and a picture of at most 64 KiB, as it came.
-- Both are in memory with the organization; what stands behind them in a row is not read for them.
ALTER TABLE organizations
    ADD COLUMN accent text,
    ADD COLUMN logo bytea;
