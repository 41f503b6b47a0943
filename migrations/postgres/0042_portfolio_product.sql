-- What a portfolio holds, in the order of the products' names: a sheet of it, and how many there are, without reading the products.
CREATE TABLE portfolio_product (
    region TEXT COLLATE "C" NOT NULL,
    product TEXT COLLATE "C" NOT NULL,
    portfolio TEXT COLLATE "C" NOT NULL,
    -- That of the product.
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region, product, portfolio)
);
CREATE INDEX portfolio_product_by_name ON portfolio_product (region, portfolio, name, product);
INSERT INTO portfolio_product (region, product, portfolio, name)
SELECT DISTINCT s.region, s.id, held.value, s.name
FROM product_summary s, json_array_elements_text(s.body::json -> 'portfolios') AS held(value);
-- A region's products by name.
CREATE INDEX product_summary_by_region ON product_summary (region, name, id);
-- It is searched where lists are read from: in the summaries.
ALTER TABLE product DROP COLUMN search;
