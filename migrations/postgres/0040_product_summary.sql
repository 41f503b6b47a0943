-- What lists say of a product. Beside its body, which holds every parameter of every version: a row that is not asked for it is read
-- without it.
CREATE TABLE product_summary (
    region TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- Name, description and owner in small letters, for the search.
    search TEXT COLLATE "C" NOT NULL,
    -- JSON.
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region, id)
);
CREATE INDEX product_summary_name ON product_summary (name, id);
-- Until the catalog is read again, which is at once.
INSERT INTO product_summary (region, id, name, search, body)
SELECT region, id, name, search, json_build_object(
    'id', id, 'region', region, 'name', name,
    'description', body::json ->> 'description', 'owner', body::json ->> 'owner',
    'portfolios', body::json -> 'portfolios', 'constraints', '{}'::json,
    'versions', json_array_length(body::json -> 'artifacts'), 'active_versions', json_array_length(body::json -> 'artifacts'),
    'current', '[]'::json, 'to_bind', '[]'::json)::text
FROM product;
