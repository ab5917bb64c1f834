import type { Command } from 'commander';

import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { CommandTools } from './command-tools.ts';
import { EXIT } from './exit-code.ts';
import { type LocalMesh, startLocalMesh } from './local/start-mesh.ts';
import { createStopStack, type StopStack } from './local/stop-stack.ts';
import { parsePort } from './parse-port.ts';
import { findProjectPaths } from './project/project-paths.ts';
import { type StopSignals, takeStopSignals } from './stop-signals.ts';
import { createPaint } from './terminal/paint.ts';
import { createProgress, type Progress } from './terminal/progress.ts';
import { renderReady, toReadyFacts } from './terminal/render-ready.ts';

interface UpOptions {
  readonly port: number;
  readonly data: string;
  readonly productPorts: number;
  readonly postgresPort?: number;
  readonly json?: true;
}

/**
 * Adds `meshgate up`, which runs the whole mesh on this machine until it is told to stop.
 *
 * @throws {MeshgateError} From the action: see `startLocalMesh`; `DATABASE_UNAVAILABLE` when
 *   the database ends while the mesh runs.
 */
export function addUpCommand(program: Command, tools: CommandTools): void {
  program
    .command('up')
    .description('run the whole mesh on this machine: database, data products, gateway')
    .option('--port <number>', 'port of the gateway, 0 for a free one', parsePort, 4000)
    .option('--data <folder>', 'folder for data, keys and logs', '.meshgate')
    .option(
      '--product-ports <number>',
      'port of the first data product; the others and the access API follow',
      parsePort,
      4101,
    )
    .option('--postgres-port <number>', 'port of the database (default: a free one)', parsePort)
    .option('--json', 'print where everything is as JSON')
    .action((options: UpOptions) => runUp(options, tools));
}

async function runUp(options: UpOptions, tools: CommandTools): Promise<void> {
  assertNodeVersion(process.versions.node);
  const startedMs = performance.now();
  const progress = createProgress(tools);
  const running = createStopStack();
  const signals = takeStopSignals();
  // Whatever ends this process, children are not left behind.
  const onExit = () => running.kill();
  process.once('exit', onExit);
  try {
    const stopped = stopOnSignal(signals, running, tools);
    const mesh = await start(options, tools, progress, running);
    if (mesh !== null) {
      await report(mesh, options, tools, startedMs);
      await Promise.race([stopped, failWhenDatabaseEnds(mesh, running)]);
    }
  } catch (error) {
    progress.fail();
    throw error;
  } finally {
    await running.stop();
    process.off('exit', onExit);
    signals.release();
  }
}

/** @returns Null when a stop signal came before everything had started. */
async function start(
  options: UpOptions,
  tools: CommandTools,
  progress: Progress,
  running: StopStack,
): Promise<LocalMesh | null> {
  try {
    return await startLocalMesh(
      {
        port: options.port,
        dataFolder: options.data,
        firstProductPort: options.productPorts,
        postgresPort: options.postgresPort ?? null,
      },
      {
        tools,
        paths: findProjectPaths(),
        progress,
        running,
        onEvent: (event) => void tools.stderr.write(`${event}\n`),
      },
    );
  } catch (error) {
    // Parts that are stopped under a start make it fail in many ways; none of them is news.
    if (running.isStopping()) return null;
    throw error;
  }
}

async function report(
  mesh: LocalMesh,
  options: UpOptions,
  { stdout, env }: CommandTools,
  startedMs: number,
): Promise<void> {
  const facts = toReadyFacts(mesh, startedMs);
  stdout.write(
    options.json === true
      ? `${JSON.stringify(facts)}\n`
      : renderReady(facts, createPaint(stdout, env)),
  );
}

/** Resolves when a signal came and everything has stopped; a second signal ends this process. */
async function stopOnSignal(
  signals: StopSignals,
  running: StopStack,
  { stderr }: CommandTools,
): Promise<void> {
  await signals.first;
  stderr.write('\nStopping; once more Ctrl-C stops at once.\n');
  void signals.second.then(() => process.exit(EXIT.finding));
  await running.stop();
}

async function failWhenDatabaseEnds(mesh: LocalMesh, running: StopStack): Promise<void> {
  const log = await mesh.databaseEnded;
  if (running.isStopping()) return running.stop();
  throw new MeshgateError('DATABASE_UNAVAILABLE', {
    message: `Expected PostgreSQL to run as long as the mesh, but it ended, so everything is stopped. The end of its log:\n${log}`,
  });
}

/** @param version For example `20.19.0`. */
function assertNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new MeshgateError('CONFIG_INVALID', {
    message: `Expected Node.js 20.19 or later, but this is ${version}. Install a current one.`,
  });
}
