import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { findFreePort } from '../../gateway/cli/local/check-port.ts';
import { findFreePorts } from './free-ports.ts';
import { listProcessesOf } from './processes.ts';
import {
  MESHGATE,
  PLAIN_ENVIRONMENT,
  PROJECT_FOLDER,
  type RunningCommand,
  startCommand,
} from './run-command.ts';
import { writeFolder } from './write-folder.ts';

/** Where a test runs a whole mesh: a data folder of its own and ports that are free. */
export interface MeshPlace {
  /** Does not exist yet. */
  readonly dataFolder: string;
  readonly port: number;
  /** The first of eight in a row. */
  readonly productPorts: number;
  /** Starts `meshgate up` here. */
  up(...more: readonly string[]): RunningCommand;
  /** Starts it with other variables than the plain ones. */
  upWith(env: Readonly<Record<string, string | undefined>>): RunningCommand;
  /** Ends what still runs here and removes the folder. */
  remove(): Promise<void>;
}

/** Text that `meshgate up` writes last when it is ready. */
export const READY = 'Ctrl-C stops everything';

/** Finds a place; whoever calls it removes it. */
export async function createMeshPlace(): Promise<MeshPlace> {
  const folder = await writeFolder();
  const dataFolder = `${folder.path}/data`;
  const port = await findFreePort();
  const productPorts = await findFreePorts(8);
  const options = [
    ...['--data', dataFolder],
    ...['--port', String(port)],
    ...['--product-ports', String(productPorts)],
  ];
  return {
    dataFolder,
    port,
    productPorts,
    up: (...more) => startCommand(process.execPath, [MESHGATE, 'up', ...options, ...more]),
    upWith: (env) => startCommand(process.execPath, [MESHGATE, 'up', ...options], { env }),
    async remove() {
      for (const { pid } of await listProcessesOf(folder.path)) killQuietly(pid);
      await folder.remove();
    },
  };
}

/** Sends a signal to a mesh and waits for its end. */
export function stopMesh(mesh: RunningCommand, signal: NodeJS.Signals = 'SIGINT') {
  mesh.child.kill(signal);
  return mesh.ended;
}

/** Runs the two lines that a start prints for pasting, in one shell, as a person would. */
export async function pastePrinted(mesh: RunningCommand): Promise<unknown> {
  const lines = mesh.stdout().split('\n');
  const commands = ['TOKEN=', 'curl '].map((start) => lines.find((line) => line.startsWith(start)));
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', commands.join('\n')], {
    cwd: PROJECT_FOLDER,
    env: PLAIN_ENVIRONMENT,
  });
  return JSON.parse(stdout);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
