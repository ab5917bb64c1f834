import { randomUUID } from 'node:crypto';

const REQUEST_ID_FORM = /^[\w.:-]{1,128}$/;

/** The gateway's request id when it is well formed, else a new one: it goes into logs and headers. */
export function toRequestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID_FORM.test(header) ? header : randomUUID();
}
