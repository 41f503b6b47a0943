-- What is known before a launch: mirrored, so that no page waits for AWS.

-- What the template of a version asks of AWS, as JSON. Apart from the product, whose rows every list of products reads.
CREATE TABLE artifact_template (
    region TEXT NOT NULL,
    product_id TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (region, product_id, artifact_id)
) STRICT;

-- How an account stands to a product: launch paths, principal, launch role. JSON.
CREATE TABLE launch_standing (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    product_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account, region, product_id)
) STRICT;

-- Quotas of an account in a region, and what is used of them. JSON.
CREATE TABLE account_quotas (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account, region)
) STRICT;
