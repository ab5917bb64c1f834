import { type ChildProcess, spawn } from 'node:child_process';
import { open, rename } from 'node:fs/promises';

import { ERROR_CATALOG, toErrorCode } from '../../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { HostMessage } from '../../../shared/kit/host/run-products.ts';
import { recordProcess } from './process-record.ts';

export interface ProductHostSettings {
  /** The kit's program that hosts products; run by this same Node with the same flags. */
  readonly program: string;
  /** Names of the products it hosts. */
  readonly products: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** File that the products log to. */
  readonly logFile: string;
  /** File that says which process runs, for a start after this one was killed. */
  readonly recordFile: string;
  /** Hears of an unexpected end and of a new start. */
  readonly onEvent: (event: string) => void;
}

/** A child process that hosts data products, started again when it dies. */
export interface ProductHost {
  /**
   * GraphQL endpoints by product, once all of them listen.
   *
   * Rejects with what the products report, `CONFIG_INVALID` or `PORT_TAKEN` for example, and
   * with `INTERNAL_ERROR` when the process ends or says nothing.
   */
  readonly listening: Promise<ReadonlyMap<string, string>>;
  /** Lets running requests end, then stops; the process is killed when that takes too long. */
  stop(): Promise<void>;
  /** Stops at once. */
  kill(): void;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
/** Waits between new starts, in milliseconds; the last one is repeated. */
const BACKOFF_MS = [500, 1000, 2000, 5000, 10_000];
/** A process that lived this long counts as a success, and the waits begin anew. */
const STEADY_MS = 60_000;

/**
 * Starts the process.
 *
 * It gets a process group of its own, so that Ctrl-C in a terminal does not end it while the
 * gateway still finishes requests. When this process is killed, it ends by itself.
 */
export async function startProductHost(settings: ProductHostSettings): Promise<ProductHost> {
  await rename(settings.logFile, `${settings.logFile}.previous`).catch(() => undefined);
  const state: HostState = { child: null, stopping: false, failures: 0, restart: null };
  const listening = launch(settings, state);
  // Who is stopped before it looks at this has no use for the reason any more.
  listening.catch(() => undefined);
  return {
    listening,
    stop: () => stopHost(state),
    kill: () => {
      state.stopping = true;
      if (state.restart !== null) clearTimeout(state.restart);
      state.child?.kill('SIGKILL');
    },
  };
}

interface HostState {
  child: ChildProcess | null;
  stopping: boolean;
  failures: number;
  restart: NodeJS.Timeout | null;
}

async function launch(
  settings: ProductHostSettings,
  state: HostState,
): Promise<ReadonlyMap<string, string>> {
  const log = await open(settings.logFile, 'a');
  const child = spawn(
    process.execPath,
    [...process.execArgv, settings.program, ...settings.products],
    {
      env: { ...settings.env },
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    },
  );
  const startedMs = performance.now();
  state.child = child;
  // A stop that came while the process was being started finds nothing to stop but this.
  if (state.stopping) child.kill('SIGKILL');
  const urls = await Promise.all([
    waitUntilListening(child, settings),
    recordProcess(settings.recordFile, child.pid ?? 0),
    log.close(),
  ]).then(
    ([listening]) => listening,
    (error: unknown) => {
      state.child = null;
      child.kill('SIGKILL');
      throw error;
    },
  );
  if (child.exitCode !== null || child.signalCode !== null) onEnd();
  else child.once('exit', onEnd);
  return urls;

  function onEnd(): void {
    state.child = null;
    if (state.stopping) return;
    if (performance.now() - startedMs > STEADY_MS) state.failures = 0;
    settings.onEvent(`The data products ended (${howEnded(child)}); see ${settings.logFile}.`);
    scheduleRestart(settings, state);
  }
}

function scheduleRestart(settings: ProductHostSettings, state: HostState): void {
  const waitMs = BACKOFF_MS[Math.min(state.failures, BACKOFF_MS.length - 1)] ?? 0;
  state.failures += 1;
  state.restart = setTimeout(() => {
    state.restart = null;
    launch(settings, state).then(
      () => settings.onEvent('The data products listen again.'),
      (error: unknown) => {
        if (state.stopping) return;
        settings.onEvent(`The data products could not be started again: ${messageOf(error)}`);
        scheduleRestart(settings, state);
      },
    );
  }, waitMs);
}

function waitUntilListening(
  child: ChildProcess,
  { products, logFile }: ProductHostSettings,
): Promise<ReadonlyMap<string, string>> {
  const urls = new Map<string, string>();
  return new Promise((resolve, reject) => {
    const fail = (message: string) => reject(new MeshgateError('INTERNAL_ERROR', { message }));
    const limit = setTimeout(
      () => fail(`Expected the data products to listen within 60 s; see ${logFile}.`),
      START_LIMIT_MS,
    );
    child.on('message', (message: HostMessage) => {
      if (message.kind === 'failed') {
        const code = toErrorCode(message.code) ?? 'INTERNAL_ERROR';
        reject(
          new MeshgateError(code, { message: message.message || ERROR_CATALOG[code].summary }),
        );
        return;
      }
      urls.set(message.product, message.url);
      if (!products.every((product) => urls.has(product))) return;
      clearTimeout(limit);
      resolve(urls);
    });
    child.once('error', (error) => fail(`The data products cannot be started: ${error.message}`));
    child.once('exit', () => {
      clearTimeout(limit);
      fail(
        `Expected the data products to listen, but they ended (${howEnded(child)}); see ${logFile}.`,
      );
    });
  });
}

async function stopHost(state: HostState): Promise<void> {
  state.stopping = true;
  if (state.restart !== null) clearTimeout(state.restart);
  const { child } = state;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(force);
}

function howEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
