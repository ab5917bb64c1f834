import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { findFreePort } from '../../gateway/cli/local/check-port.ts';
import { type Contestant, GATEWAY_CORE } from './field.ts';
import { type Served, serve, serveUntilReady } from './processes.ts';
import { type FloorRecord, startCallRecorder } from './record-calls.ts';
import type { ContestantName, Workload } from './workloads.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

const MAIN = `${ROOT}dist/gateway/main.js`;

/** The compiled command `meshgate`, as a shell starts it: with the flags of its first line. */
export function meshgate(): readonly string[] {
  const [first = ''] = readFileSync(MAIN, 'utf8').split('\n');
  const [, flags = ''] = /^#!.* node ?(.*)$/.exec(first) ?? [];
  return [process.execPath, ...flags.split(' ').filter((flag) => flag !== ''), MAIN];
}

type WithUrl = { readonly url: string };

/** A command that runs a script of this folder. */
export function script(name: string, ...given: readonly string[]): readonly string[] {
  return [process.execPath, '--import', 'tsx', `${ROOT}test/bench/${name}`, ...given];
}

/** Settings that leave everything off that can be left off: no issuer, no limits, no log lines. */
export const ALL_OFF = { LOG_LEVEL: 'error' };

/** Settings of limits and logs; tokens and directives come with an issuer and a protected supergraph. */
export function allOn(issuers: string, logFile: string): Readonly<Record<string, string>> {
  return {
    ISSUERS: issuers,
    LOG_LEVEL: 'info',
    LOG_FILE: logFile,
    // High enough never to refuse, so that counting is measured and refusing is not.
    RATE_LIMIT_REQUESTS: '1000000000',
  };
}

/**
 * Starts `meshgate serve` on a core of its own; `url` is that of its endpoint.
 *
 * @param flags Of Node; with some, it is let end by itself, so that they can write what they found.
 */
export async function serveMeshgate(
  supergraph: string,
  settings: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Served<WithUrl>> {
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const [node = '', ...rest] = meshgate();
  const served = await serveUntilReady(
    {
      command: [node, ...flags, ...rest, 'serve', '--supergraph', supergraph],
      core: GATEWAY_CORE,
      env: { PORT: String(port), ...settings },
      stopSignal: flags.length === 0 ? 'SIGKILL' : 'SIGTERM',
    },
    `${origin}/health/live`,
  );
  return { ...served, facts: { url: `${origin}/graphql` } };
}

/** @param tokensFile `authorization` by subgraph, where subgraphs demand one. */
export function serveStock(supergraph: string, ...tokensFile: readonly string[]) {
  return serve<WithUrl>(
    { command: script('serve-stock.ts', supergraph, ...tokensFile), core: GATEWAY_CORE },
    toUrl,
  );
}

export function serveFloor(recordFile: string) {
  return serve<WithUrl>(
    { command: script('serve-floor.ts', recordFile), core: GATEWAY_CORE },
    toUrl,
  );
}

/** Serves what the floor gives, and asks no subgraph for it. */
export function serveRoute(recordFile: string) {
  return serve<WithUrl>(
    { command: script('serve-route.ts', recordFile), core: GATEWAY_CORE },
    toUrl,
  );
}

/**
 * Records what the workloads need of the subgraphs, by asking a Meshgate through a recorder.
 *
 * @param tokens Of the caller; none for an anonymous one.
 */
export async function recordFloor(
  supergraph: string,
  subgraphs: Readonly<Record<string, string>>,
  workloads: readonly Workload[],
  settings: Readonly<Record<string, string>>,
  tokens: readonly string[] = [],
): Promise<FloorRecord> {
  const recorder = await startCallRecorder(subgraphs);
  const gateway = await serveMeshgate(supergraph, {
    ...settings,
    SUBGRAPH_URLS: Object.entries(recorder.urls)
      .map((pair) => pair.join('='))
      .join(','),
  });
  try {
    return await recorder.record({ url: gateway.facts.url, tokens }, workloads);
  } finally {
    await gateway.stop();
    recorder.stop();
  }
}

export function toContestant(
  name: ContestantName,
  about: string,
  served: Served<WithUrl>,
  tokens: readonly string[] = [],
): Contestant {
  return { name, about, url: served.facts.url, pid: served.pid, tokens, stop: served.stop };
}

export async function writeJson(file: string, value: unknown): Promise<string> {
  await writeFile(file, JSON.stringify(value));
  return file;
}

function toUrl({ url }: Record<string, unknown>): WithUrl | null {
  return typeof url === 'string' ? { url } : null;
}
