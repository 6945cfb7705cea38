-- Inspectors: private URLs that keep what arrives there, for people to look at. The URL is made of the
-- id and a signature: nothing here lets anybody in. A node of the former version leaves the inspectors
-- of an organization that it removes; they go when nobody has used them for a week.
CREATE TABLE inspectors (
    id              uuid     PRIMARY KEY,
    organization_id uuid     NOT NULL,
    name            text     NOT NULL,
    -- The channels of whoever made it, in order, as JSON; they are also what is counted together.
    channels        text     NOT NULL,
    -- What it answers, and after how many seconds.
    status          smallint NOT NULL,
    delay_s         smallint NOT NULL,
    created_at      bigint   NOT NULL,
    created_by      text     NOT NULL,
    -- When something last arrived, or it was last changed: it goes a week later.
    used_at         bigint   NOT NULL
);
CREATE INDEX inspectors_by_organization ON inspectors (organization_id, id);
CREATE INDEX inspectors_by_use ON inspectors (used_at);

-- What arrived: the last hundred requests of each, which a newer one pushes out.
CREATE TABLE inspected (
    inspector_id uuid     NOT NULL,
    id           uuid     NOT NULL,
    -- Path, headers and body together: what makes room is counted without reading bodies.
    bytes        integer  NOT NULL,
    at           bigint   NOT NULL,
    address      text,
    method       text     NOT NULL,
    path         text     NOT NULL,
    headers      bytea    NOT NULL,
    body_bytes   integer  NOT NULL,
    answered     smallint NOT NULL,
    body         bytea    NOT NULL,
    PRIMARY KEY (inspector_id, id)
);
-- Bodies come as they are; what is short-lived is not worth packing.
ALTER TABLE inspected ALTER COLUMN body SET STORAGE EXTERNAL;
