-- A catalog's file names templates by their files.
CREATE INDEX template_by_file_name ON template (file_name, at);
