-- What nobody withdrew is not called so: a request that ended with what it was about is closed.
UPDATE request SET state = 'closed'
    WHERE state = 'withdrawn' AND (decision LIKE '{"kind":"lapse"%' OR decision LIKE '{"kind":"close"%' OR decision LIKE '{"kind":"void"%');
