// A certified OpenID provider on one port, with one client and people who are whoever they say.
import { Provider } from 'oidc-provider';

const [port, secret, back, home] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'datenkontor',
    client_secret: secret,
    redirect_uris: [back],
    post_logout_redirect_uris: [home],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email', 'email_verified'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id, name: `Person ${id}`, preferred_username: id, groups: [id], email: `${id}@city.example`, email_verified: true,
    }),
  }),
});
provider.listen(Number(port), '127.0.0.1');
