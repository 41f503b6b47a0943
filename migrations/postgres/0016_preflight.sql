-- Texts compare by their bytes, as in SQLite.
-- What is known before a launch: mirrored, so that no page waits for AWS.

-- What the template of a version asks of AWS, as JSON. Apart from the product, whose rows every list of products reads.
CREATE TABLE artifact_template (
    region TEXT COLLATE "C" NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    artifact_id TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region, product_id, artifact_id)
);

-- How an account stands to a product: launch paths, principal, launch role. JSON.
CREATE TABLE launch_standing (
    account TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, region, product_id)
);

-- Quotas of an account in a region, and what is used of them. JSON.
CREATE TABLE account_quotas (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account, region)
);
