// A standard OpenID provider (npm `oidc-provider`) for the tests: whoever signs in as NAME has the groups below.
// usage: node provider.mjs PORT PORTAL_ORIGIN
import { Provider } from 'oidc-provider';

const [port, portal] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const groups = {
  ada: ['ml-members'],
  grace: ['ml-leads'],
  root: ['platform'],
  vera: ['audit'],
};

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'studiogate',
    client_secret: 'a secret of the tests',
    redirect_uris: [`${portal}/auth/callback`],
    post_logout_redirect_uris: [`${portal}/auth/signed-out`],
  }],
  claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
  pkce: { required: () => true },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id[0].toUpperCase() + id.slice(1), email: `${id}@example.com`, groups: groups[id] ?? [] }),
  }),
  cookies: { keys: ['a key of the tests'] },
});

provider.listen(Number(port), '127.0.0.1', () => console.log(`provider ready at ${issuer}`));
