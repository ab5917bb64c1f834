import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Root of the project, where users type commands. */
export const PROJECT_FOLDER = fileURLToPath(new URL('../..', import.meta.url));
/** The compiled `meshgate` command. */
export const MESHGATE = fileURLToPath(new URL('../../dist/gateway/main.js', import.meta.url));

/** What a process gets from here unless a test says otherwise: the runner's own variables are not for it. */
export const PLAIN_ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME };

/** A process under test, with everything that it has written so far. */
export interface RunningCommand {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with exit code or signal when the process has ended and its output is complete. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /**
   * Waits until standard output or standard error holds a text.
   *
   * @throws When the process ends before; the error shows what it wrote.
   */
  waitFor(text: string): Promise<void>;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts a process in a group of its own, so that its number is that of its whole group. */
export function startCommand(
  file: string,
  args: readonly string[],
  { cwd = PROJECT_FOLDER, env = PLAIN_ENVIRONMENT }: CommandOptions = {},
): RunningCommand {
  const child = spawn(file, args, {
    cwd,
    env: { ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<Awaited<RunningCommand['ended']>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    ended,
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!written.stdout.includes(text) && !written.stderr.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        ended.then(({ code, signal }) => {
          const how = signal ?? `exit code ${code}`;
          reject(
            new Error(
              `Ended (${how}) without writing ${JSON.stringify(text)}.\n${written.stderr}\n${written.stdout}`,
            ),
          );
        }, reject);
      }),
  };
}

/** Runs the `meshgate` command to its end. */
export async function runMeshgate(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const command = startCommand(process.execPath, [MESHGATE, ...args], options);
  const { code } = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}
