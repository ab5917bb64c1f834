import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { bodyOf } from './field.ts';
import { pinnedTo } from './processes.ts';
import type { Workload } from './workloads.ts';

const run = promisify(execFile);

/** What one load said. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  /** Answers that were not HTTP 2xx, and connections that broke. */
  readonly failures: number;
}

const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

/** Name of the load generator, for the report. */
export const LOAD_GENERATOR = hasWrk ? 'wrk' : 'autocannon';

/**
 * Puts a workload on a URL for some seconds.
 *
 * @param tokens Access tokens that the requests use in turn; none sends no token.
 */
export function measureLoad(
  url: string,
  workload: Workload,
  seconds: number,
  tokens: readonly string[],
  core: number,
): Promise<LoadResult> {
  return hasWrk
    ? measureWithWrk(url, workload, seconds, tokens, core)
    : measureWithAutocannon(url, workload, seconds, tokens);
}

async function measureWithWrk(
  url: string,
  workload: Workload,
  seconds: number,
  tokens: readonly string[],
  core: number,
): Promise<LoadResult> {
  const script = join(tmpdir(), `meshgate-bench-${process.pid}.lua`);
  await writeFile(script, wrkScript(workload, tokens));
  const [program = '', ...rest] = [...pinnedTo(core), 'wrk'];
  const { stdout } = await run(program, [
    ...rest,
    ...[
      '-t1',
      `-c${workload.connections}`,
      `-d${seconds}s`,
      '--timeout',
      '30s',
      '--latency',
      '-s',
      script,
      url,
    ],
  ]);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
  return {
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50: milliseconds(/50%\s+([\d.]+\w+)/.exec(stdout)?.[1]),
    p99: milliseconds(/99%\s+([\d.]+\w+)/.exec(stdout)?.[1]),
    requests: number(/(\d+) requests in/),
    failures:
      number(/Non-2xx or 3xx responses: (\d+)/) +
      number(/timeout (\d+)/) +
      number(/read (\d+)/) +
      number(/connect (\d+)/),
  };
}

function wrkScript(workload: Workload, tokens: readonly string[]): string {
  const body = bodyOf(workload).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `
wrk.method = 'POST'
local body = '${body}'
local tokens = { ${tokens.map((token) => `'Bearer ${token}'`).join(',')} }
local requests = {}
local turn = 0
local seed = '${randomUUID()}-'
init = function()
  if #tokens == 0 then
    requests[1] = wrk.format('POST', nil, { ['content-type'] = 'application/json' }, body)
  end
  for i, token in ipairs(tokens) do
    requests[i] = wrk.format('POST', nil, { ['content-type'] = 'application/json', authorization = token }, body)
  end
end
request = function()
${nextRequest(workload)}
end
`;
}

/** Where each request has a header of its own, there are no tokens, and none is prepared. */
function nextRequest({ freshHeader }: Workload): string {
  if (freshHeader === null) return '  turn = turn % #requests + 1\n  return requests[turn]';
  const headers = `['content-type'] = 'application/json', ['${freshHeader}'] = seed .. turn`;
  return `  turn = turn + 1\n  return wrk.format('POST', nil, { ${headers} }, body)`;
}

function milliseconds(text: string | undefined): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text ?? '') ?? [];
  const factor = { us: 0.001, ms: 1, s: 1000 }[unit ?? ''] ?? Number.NaN;
  return Number(value) * factor;
}

async function measureWithAutocannon(
  url: string,
  workload: Workload,
  seconds: number,
  tokens: readonly string[],
): Promise<LoadResult> {
  const headers = { 'content-type': 'application/json' };
  const body = bodyOf(workload);
  const { freshHeader } = workload;
  const method = 'POST' as const;
  const requests: autocannon.Request[] = tokens.map((token) => ({
    ...{ method, body },
    headers: { ...headers, authorization: `Bearer ${token}` },
  }));
  if (freshHeader !== null) {
    const setupRequest = (request: autocannon.Request): autocannon.Request => ({
      ...request,
      headers: { ...headers, [freshHeader]: randomUUID() },
    });
    requests.push({ method, body, headers, setupRequest });
  }
  const result = await autocannon({
    url,
    connections: workload.connections,
    duration: seconds,
    ...(requests.length > 0 ? { requests } : { method: 'POST' as const, headers, body }),
  });
  return {
    requestsPerSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    requests: result.requests.total,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
