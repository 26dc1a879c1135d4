// The people who can sign in, from a JSON file that is read again at each
// use: a test may disable somebody while the provider runs.
import * as fs from 'node:fs';

export class Accounts {
  #path;

  constructor(path) {
    this.#path = path;
    this.all();
  }

  all() {
    return JSON.parse(fs.readFileSync(this.#path, 'utf8'));
  }

  byLogin(login) {
    return this.all().find((a) => a.login === login && !a.disabled);
  }

  bySub(sub) {
    return this.all().find((a) => a.sub === sub && !a.disabled);
  }

  // What oidc-provider asks for wherever it needs an account.
  find(sub) {
    const account = this.bySub(sub);
    if (!account) return undefined;
    return {
      accountId: sub,
      claims: async () => ({
        sub,
        email: account.email,
        email_verified: account.email_verified,
        groups: account.groups ?? [],
        name: account.login,
        preferred_username: account.login,
      }),
    };
  }
}
