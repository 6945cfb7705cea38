// A real identity provider for tests: npm's `oidc-provider`, with its own pages to sign in and to
// consent. `node provider.js FOLDER` takes its settings as one JSON object on standard input, says where
// it listens, and lives for as long as standard input is open:
//
//   port          0 picks a free one
//   client        what the provider knows of the client (client_id, client_secret, redirect_uris)
//   accounts      claims by what is typed in as the name; the password does not matter
//
// FOLDER is where `npm ci` has put the packages: not beside this file, so that nothing is written into
// the source tree. Keys are made at each start: started again, it is a provider that changed its keys.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

// Its notices would go to standard output, which says one line and is not read any further.
console.info = console.warn;

const lines = createInterface({ input: process.stdin });
const settings = await new Promise((resolve) => lines.once('line', (line) => resolve(JSON.parse(line))));
lines.once('close', () => process.exit(0));

const server = createServer();
await new Promise((resolve) => server.listen(settings.port, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const provider = new Provider(issuer, {
  clients: [settings.client],
  // As a deployment would have it; the defaults are for development and say so at each start.
  cookies: { keys: [randomBytes(32).toString('hex')] },
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), use: 'sig' }] },
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name'],
    groups: ['groups'],
  },
  pkce: { required: () => true, methods: ['S256'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...settings.accounts[id] }),
  }),
});
server.on('request', provider.callback());
console.log(`Listening on ${issuer}`);
