// The event log: one JSON object a line, on disk before the answer leaves.
import * as fs from 'node:fs';
import { performance } from 'node:perf_hooks';

// Wall clock in ms with the fraction that Date.now() lacks.
export const now = () => performance.timeOrigin + performance.now();

export class Journal {
  #fd;

  constructor(path) {
    this.#fd = fs.openSync(path, 'a', 0o600);
  }

  write(event, fields, t = now()) {
    const line = JSON.stringify({ t: Number(t.toFixed(3)), event, ...fields });
    fs.writeSync(this.#fd, `${line}\n`);
  }
}
