-- Sign-ins that wait for the provider's answer, a row each: any number of tabs at once.
CREATE TABLE pending_login (
    -- SHA-256 of the state, hexadecimal.
    state TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- SHA-256 of the secret in the cookie of the browser that began it, hexadecimal.
    browser TEXT COLLATE "C" NOT NULL,
    -- Nonce, PKCE verifier and where to go afterwards, sealed with that secret.
    sealed TEXT COLLATE "C" NOT NULL,
    -- Milliseconds since the epoch.
    began_at BIGINT NOT NULL
);
CREATE INDEX pending_login_began_at ON pending_login (began_at);
