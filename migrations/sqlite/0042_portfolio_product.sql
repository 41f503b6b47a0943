-- What a portfolio holds, in the order of the products' names: a sheet of it, and how many there are, without reading the products.
CREATE TABLE portfolio_product (
    region TEXT NOT NULL,
    product TEXT NOT NULL,
    portfolio TEXT NOT NULL,
    -- That of the product.
    name TEXT NOT NULL,
    PRIMARY KEY (region, product, portfolio)
) STRICT;
CREATE INDEX portfolio_product_by_name ON portfolio_product (region, portfolio, name, product);
INSERT INTO portfolio_product (region, product, portfolio, name)
SELECT DISTINCT region, id, value, name FROM (
    SELECT s.region, s.id, s.name, held.value FROM product_summary s, json_each(s.body, '$.portfolios') held);
-- A region's products by name.
CREATE INDEX product_summary_by_region ON product_summary (region, name, id);
-- It is searched where lists are read from: in the summaries.
ALTER TABLE product DROP COLUMN search;
