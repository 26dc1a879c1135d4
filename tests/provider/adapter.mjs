// Storage in an unbounded Map. It sees every change of a device code, so it
// also writes down when one was started, approved, denied and redeemed.
const GRANTABLE = new Set([
  'AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode',
]);
const seconds = () => Math.floor(Date.now() / 1000);

class MapAdapter {
  #model;

  #store;

  #journal;

  constructor(model, store, journal) {
    this.#model = model;
    this.#store = store;
    this.#journal = journal;
  }

  #key(id) {
    return `${this.#model}:${id}`;
  }

  async upsert(id, payload) {
    if (this.#model === 'DeviceCode') this.#follow(id, payload);
    this.#store.values.set(this.#key(id), payload);
    if (this.#model === 'Session') {
      this.#store.values.set(`uid:${payload.uid}`, id);
    }
    if (payload.userCode) {
      this.#store.values.set(`userCode:${payload.userCode}`, id);
    }
    if (payload.grantId && GRANTABLE.has(this.#model)) {
      const keys = this.#store.grants.get(payload.grantId) ?? new Set();
      this.#store.grants.set(payload.grantId, keys.add(this.#key(id)));
    }
  }

  async find(id) {
    return this.#store.values.get(this.#key(id));
  }

  async findByUid(uid) {
    return this.find(this.#store.values.get(`uid:${uid}`));
  }

  async findByUserCode(userCode) {
    return this.find(this.#store.values.get(`userCode:${userCode}`));
  }

  async consume(id) {
    const payload = await this.find(id);
    payload.consumed = seconds();
    if (this.#model === 'DeviceCode') {
      this.#note('device_redeemed', id, payload);
    }
  }

  async destroy(id) {
    this.#store.values.delete(this.#key(id));
  }

  async revokeByGrantId(grantId) {
    const keys = this.#store.grants.get(grantId);
    if (!keys) return;
    keys.forEach((key) => this.#store.values.delete(key));
    this.#store.grants.delete(grantId);
    this.#journal.write('grant_revoked', { grant: grantId });
  }

  #follow(id, next) {
    const last = this.#store.values.get(this.#key(id));
    if (!last) this.#note('device_started', id, next);
    if (next.accountId && !last?.accountId) {
      this.#note('device_approved', id, next);
    }
    if (next.error && !last?.error) this.#note('device_denied', id, next);
  }

  // A device code is known here by a running number, never by its codes.
  #note(event, id, payload) {
    const { devices } = this.#store;
    if (!devices.has(id)) devices.set(id, devices.size + 1);
    this.#journal.write(event, {
      device: devices.get(id),
      client: payload.clientId,
      account: payload.accountId,
      grant: payload.grantId,
      error: payload.error,
    });
  }
}

export function makeAdapter(journal) {
  const store = { values: new Map(), grants: new Map(), devices: new Map() };
  return (model) => new MapAdapter(model, store, journal);
}
