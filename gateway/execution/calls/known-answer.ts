import { isJsonObject, type JsonObject } from '../json.ts';
import type { GivenAnswer } from './subgraph-answer.ts';

/** An answer without errors that is kept as bytes, and read again by whoever needs what it says. */
export class KnownAnswer implements GivenAnswer {
  readonly ok = true;
  readonly errors = [];
  readonly bytes: Buffer;

  /** @param bytes Copied: what a socket delivered is a part of something larger. */
  constructor(bytes: Buffer) {
    this.bytes = Buffer.from(bytes);
  }

  /** A new value each time, to be written into. */
  get data(): JsonObject | null {
    const { data } = JSON.parse(this.bytes.toString('utf8')) as { data?: unknown };
    return isJsonObject(data) ? data : null;
  }
}
