// The OpenID provider of the demo and of the system tests: the certified
// oidc-provider on loopback over TLS, with an event log.
//
// node provider.mjs --cert FILE --key FILE --accounts FILE --log FILE
//     [--port N] [--name HOST] [--keep-alive SECONDS] [--device-ttl SECONDS]
//     [--redirect-uri URI] [--device yes|no] [--par yes|no] [--claims yes|no]
//     [--code-bits N] [--keys DIR]
//
// --redirect-uri adds to those of the clients that have any; --device no
// leaves the device grant out, --par no pushed authorization requests,
// --claims no the claims parameter; --code-bits makes codes longer; --keys is
// where make_keys.sh has put the keys of clients that sign: without it there
// are no such clients.
//
// Prints "ready ISSUER" once it listens. Ends on SIGTERM, when its standard
// input closes, and when the process that started it is gone.
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as https from 'node:https';
import { parseArgs } from 'node:util';

import Provider from 'oidc-provider';

import { Accounts } from './accounts.mjs';
import { makeAdapter } from './adapter.mjs';
import { interactions } from './interaction.mjs';
import { Journal, now } from './journal.mjs';
import * as pages from './pages.mjs';

const DAY = 24 * 60 * 60;
const PARENT_CHECK_MS = 500;

function readOptions() {
  const text = (value) => ({ type: 'string', default: value });
  const { values } = parseArgs({
    options: {
      cert: text(),
      key: text(),
      accounts: text(),
      log: text(),
      port: text('0'),
      name: text('localhost'),
      'keep-alive': text('5'),
      'device-ttl': text('600'),
      'redirect-uri': text(),
      device: text('yes'),
      par: text('yes'),
      claims: text('yes'),
      'code-bits': text('256'),
      keys: text(),
    },
  });
  for (const name of ['cert', 'key', 'accounts', 'log']) {
    if (!values[name]) throw new Error(`--${name} is missing`);
  }
  return values;
}

function makeKeys() {
  const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    keys: [rsa, ec].map(({ privateKey }) => ({
      ...privateKey.export({ format: 'jwk' }), use: 'sig',
    })),
  };
}

function giveKey(client, keys) {
  const alg = client.token_endpoint_auth_signing_alg;
  if (!alg) return client;
  const key = crypto.createPublicKey(fs.readFileSync(`${keys}/${alg}.pub`));
  return { ...client, jwks: { keys: [key.export({ format: 'jwk' })] } };
}

function readClients(added, keys) {
  const file = new URL('./clients.json', import.meta.url);
  const clients = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const { redirect_uris: uris } of clients) {
    if (added && uris.length > 0) uris.push(added);
  }
  return clients
    .filter((client) => keys || !client.token_endpoint_auth_signing_alg)
    .map((client) => giveKey(client, keys));
}

function configure(options, accounts, journal) {
  return {
    adapter: makeAdapter(journal),
    clients: readClients(options['redirect-uri'], options.keys),
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username', 'groups'],
    },
    clientBasedCORS: () => false,
    cookies: { keys: [crypto.randomBytes(32).toString('hex')] },
    features: {
      claimsParameter: { enabled: options.claims === 'yes' },
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: options.device === 'yes',
        userCodeInputSource: pages.codeInput,
        userCodeConfirmSource: pages.codeConfirm,
        successSource: pages.codeSuccess,
      },
      pushedAuthorizationRequests: { enabled: options.par === 'yes' },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: false },
    },
    findAccount: (ctx, sub) => accounts.find(sub),
    formats: {
      bitsOfOpaqueRandomness: (ctx, { kind }) => (
        kind === 'AuthorizationCode' ? Number(options['code-bits']) : 256),
    },
    issueRefreshToken: (ctx, client) => (
      client.grantTypeAllowed('refresh_token')),
    jwks: makeKeys(),
    renderError: pages.error,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 3600,
      DeviceCode: Number(options['device-ttl']),
      Grant: 14 * DAY,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 14 * DAY,
      Session: DAY,
    },
  };
}

// The outermost step: what was asked, how it ended, on which connection.
function recordRequests(journal) {
  return async function record(ctx, next) {
    const t = now();
    try {
      await next();
    } catch (err) {
      ctx.status = err.status ?? 500;
      ctx.type = 'html';
      ctx.body = pages.failed(err.message);
    }
    journal.write('request', {
      method: ctx.method,
      path: ctx.path,
      status: ctx.status,
      error: ctx.body?.error,
      grant_type: ctx.oidc?.params?.grant_type,
      scope: ctx.oidc?.params?.scope,
      client: ctx.oidc?.client?.clientId,
      connection: ctx.socket.connectionNumber,
      ms: Number((now() - t).toFixed(3)),
    }, t);
  };
}

function makeHandler(issuer, options, journal) {
  const accounts = new Accounts(options.accounts);
  const provider = new Provider(issuer, configure(options, accounts, journal));
  provider.use(recordRequests(journal));
  provider.use(interactions(provider, accounts));
  provider.on('server_error', (ctx, err) => console.error(err));
  return provider.callback();
}

function endWithParent() {
  const parent = process.ppid;
  process.on('SIGTERM', () => process.exit(0));
  process.stdin.on('end', () => process.exit(0)).resume();
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_MS);
}

function countHandshakes(server, journal) {
  let connections = 0;
  server.on('secureConnection', (socket) => {
    connections += 1;
    socket.connectionNumber = connections;
    journal.write('tls', { connection: connections });
  });
  server.on('tlsClientError', (err) => {
    journal.write('tls_error', { error: err.code });
  });
}

function main() {
  const options = readOptions();
  const journal = new Journal(options.log);
  const server = https.createServer({
    cert: fs.readFileSync(options.cert),
    key: fs.readFileSync(options.key),
    keepAliveTimeout: Number(options['keep-alive']) * 1000,
  });
  countHandshakes(server, journal);
  endWithParent();
  server.listen(Number(options.port), '127.0.0.1', () => {
    const issuer = `https://${options.name}:${server.address().port}`;
    server.on('request', makeHandler(issuer, options, journal));
    console.log(`ready ${issuer}`);
  });
}

main();
