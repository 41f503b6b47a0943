-- Sign-ins that wait for the provider's answer, a row each: any number of tabs at once.
CREATE TABLE pending_login (
    -- SHA-256 of the state, hexadecimal.
    state TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 of the secret in the cookie of the browser that began it, hexadecimal.
    browser TEXT NOT NULL,
    -- Nonce, PKCE verifier and where to go afterwards, sealed with that secret.
    sealed TEXT NOT NULL,
    -- Milliseconds since the epoch.
    began_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_login_began_at ON pending_login (began_at);
