-- The Studio user id that things in AWS were named with, where that is not the owner's; NULL where it is.
ALTER TABLE environment ADD COLUMN named_after TEXT COLLATE "C";
-- That it is being given to somebody else, or that this failed: JSON.
ALTER TABLE environment ADD COLUMN transfer TEXT COLLATE "C";
