-- What lists say of a product. Beside its body, which holds every parameter of every version: a row that is not asked for it is read
-- without it.
CREATE TABLE product_summary (
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Name, description and owner in small letters, for the search.
    search TEXT NOT NULL,
    -- JSON.
    body TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;
CREATE INDEX product_summary_name ON product_summary (name, id);
-- Until the catalog is read again, which is at once.
INSERT INTO product_summary (region, id, name, search, body)
SELECT region, id, name, search, json_object(
    'id', id, 'region', region, 'name', name,
    'description', json_extract(body, '$.description'), 'owner', json_extract(body, '$.owner'),
    'portfolios', json_extract(body, '$.portfolios'), 'constraints', json('{}'),
    'versions', json_array_length(body, '$.artifacts'), 'active_versions', json_array_length(body, '$.artifacts'),
    'current', json('[]'), 'to_bind', json('[]'))
FROM product;
