import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** PostgreSQL's own default; a higher count makes every login slower. */
const ITERATIONS = 4096;

/**
 * Turns a password into what PostgreSQL stores for it.
 *
 * Sent instead of the password in `ALTER ROLE … PASSWORD`, so that the password itself
 * shows up in no server log and no statement statistics.
 *
 * @param password ASCII, so that it needs no SASLprep.
 * @param salt Random bytes, 16 of them.
 * @returns `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`.
 * @see RFC 5802 section 3, RFC 7677
 */
export function toScramVerifier(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
