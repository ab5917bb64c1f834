import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Files, PEM. */
export interface TestCertificate {
  readonly key: string;
  readonly certificate: string;
}

/**
 * Makes a key and a certificate that it has signed itself, for a day.
 *
 * @param folder Where they are put.
 * @param name Of the server.
 */
export async function createCertificate(folder: string, name: string): Promise<TestCertificate> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', key, '-out', certificate, '-days', '1', '-subj', `/CN=${name}`],
    ...['-addext', `subjectAltName=DNS:${name}`],
  ]);
  return { key, certificate };
}
