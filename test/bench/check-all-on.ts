import { readFile } from 'node:fs/promises';
import { ask, type Contestant } from './field.ts';
import type { Workload } from './workloads.ts';

/**
 * Makes sure that a gateway with everything on is that: without a token every workload
 * loses fields, a broken token is refused, and requests are counted and logged.
 */
export async function checkAllOn(
  { url, tokens }: Contestant,
  workloads: readonly Workload[],
  logFile: string,
): Promise<void> {
  const [token = ''] = tokens;
  let requests = 0;
  for (const workload of workloads) {
    const anonymous = JSON.stringify(await ask({ url, tokens: [] }, workload));
    const forged = JSON.stringify(
      await ask({ url, tokens: [`${token.slice(0, -8)}AAAAAAAA`] }, workload),
    );
    requests += 2;
    expectIn(anonymous, 'UNAUTHORIZED_FIELD_OR_TYPE', `${workload.name} without a token`);
    expectIn(forged, 'TOKEN_SIGNATURE_INVALID', `${workload.name} with a forged token`);
  }
  const metrics = await (await fetch(url.replace(/\/graphql$/, '/metrics'))).text();
  expectIn(metrics, 'gateway_requests_total{', 'the metrics');
  const lines = (await readFile(logFile, 'utf8')).split('"path":"/graphql"').length - 1;
  if (lines !== requests) throw new Error(`Expected ${requests} log lines, found ${lines}.`);
}

function expectIn(text: string, part: string, where: string): void {
  if (text.includes(part)) return;
  throw new Error(`"All on" is not: expected ${part} in ${where}, given ${text.slice(0, 200)}`);
}
