/**
 * Runs the services of a compose file as plain processes, with their own commands and
 * environments, where no containers can be started.
 *
 * What a container runtime would supply is substituted, and nothing else:
 * - the host name of a service is 127.0.0.1, and each of its ports a free one of this machine,
 *   wherever `name:port` stands in a command or an environment, and in the service's own `PORT`;
 * - `HOST` is 127.0.0.1 instead of all addresses;
 * - a named volume is a temporary folder, wherever its mount path stands;
 * - `/app` is the project; `meshgate` and `node` are on the path, as in the image;
 * - the images of PostgreSQL and Valkey are the embedded PostgreSQL, with the password and the
 *   database of the environment, and the installed redis-server, with the arguments of the command.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { findFreePort } from '../../gateway/cli/local/check-port.ts';
import { startDatabaseServer } from '../../gateway/cli/local/database/database-server.ts';
import { openAdministrator } from '../../shared/postgres/open-administrator.ts';
import type { ComposeService } from './compose-file.ts';
import { MESHGATE, PROJECT_FOLDER, type RunningCommand, startCommand } from './run-command.ts';
import { writeFolder } from './write-folder.ts';

/** A service that runs. */
interface RunningService {
  /** Resolves when it has ended by itself, with its exit code. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
  /** What it wrote, for the message of a failure. */
  log(): string;
}

export interface ComposeProcesses {
  /** @returns Base URL of what a service answers on a port of its container. */
  urlOf(service: string, containerPort: number): string;
  /** @returns What stands for a path of a container. */
  pathOf(containerPath: string): string;
  /** @returns What a service has written. */
  logOf(service: string): string;
  /** Ends one service as Docker would; resolves when it has ended. */
  stop(service: string): Promise<void>;
  /** Ends all, the latest first, and removes the volumes. */
  down(): Promise<void>;
}

/** Where the image has the project. */
const IMAGE_FOLDER = '/app';
/** What the image sets for every process. */
const IMAGE_ENVIRONMENT = { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' };
const HEALTH_LIMIT_MS = 120_000;

/** Starts all services, each when what it depends on is healthy or has succeeded. */
export async function composeUp(services: readonly ComposeService[]): Promise<ComposeProcesses> {
  const folder = await writeFolder();
  const surroundings = await createSurroundings(services, folder.path);
  const running = new Map<string, RunningService>();
  const down = async () => {
    for (const service of [...running.values()].toReversed()) await service.stop();
    await folder.remove();
  };
  try {
    await startInOrder(services, surroundings, running);
  } catch (error) {
    await down();
    throw error;
  }
  return {
    urlOf: (service, port) => `http://127.0.0.1:${surroundings.portOf(service, port)}`,
    pathOf: (path) => surroundings.substitute(path),
    logOf: (service) => running.get(service)?.log() ?? '',
    stop: async (service) => running.get(service)?.stop(),
    down,
  };
}

/** What stands for the things of a container runtime. */
interface Surroundings {
  /** Folder of this run; holds one folder for each volume. */
  readonly folder: string;
  /** Search path of every process. */
  readonly path: string;
  portOf(service: string, containerPort: number): number;
  substitute(text: string): string;
}

async function createSurroundings(
  services: readonly ComposeService[],
  folder: string,
): Promise<Surroundings> {
  const binaries = join(folder, 'bin');
  await mkdir(binaries);
  await symlink(MESHGATE, join(binaries, 'meshgate'));
  await symlink(process.execPath, join(binaries, 'node'));

  const mounts = new Map(services.flatMap(({ volumes }) => [...volumes]));
  for (const volume of mounts.values())
    await mkdir(join(folder, 'volumes', volume), { recursive: true });

  const texts = services.flatMap(({ command, environment }) => [
    ...command,
    ...Object.values(environment),
  ]);
  const names = services.map(({ name }) => name).join('|');
  const address = new RegExp(`(?<=[@/])(${names}):(\\d+)`, 'g');
  const places = [
    ...texts.flatMap((text) => text.match(address) ?? []),
    ...services.flatMap(({ name, environment: { PORT } }) => (PORT ? [`${name}:${PORT}`] : [])),
  ];
  const ports = new Map<string, number>();
  for (const place of new Set(places)) ports.set(place, await findFreePort());

  return {
    folder,
    path: `${binaries}:/usr/bin:/bin`,
    portOf: (service, port) => ports.get(`${service}:${port}`) ?? 0,
    substitute(text) {
      let result = text.replace(address, (place) => `127.0.0.1:${ports.get(place)}`);
      for (const [target, volume] of mounts) {
        result = result.replaceAll(target, join(folder, 'volumes', volume));
      }
      return result.startsWith(`${IMAGE_FOLDER}/`)
        ? join(PROJECT_FOLDER, result.slice(IMAGE_FOLDER.length))
        : result;
    },
  };
}

async function startInOrder(
  services: readonly ComposeService[],
  surroundings: Surroundings,
  running: Map<string, RunningService>,
): Promise<void> {
  const ready = new Map<string, Promise<void>>();
  const byName = new Map(services.map((service) => [service.name, service]));
  const whenReady = (name: string): Promise<void> => {
    const known = ready.get(name);
    if (known !== undefined) return known;
    const service = byName.get(name);
    if (service === undefined) throw new Error(`There is no service ${name}.`);
    const started = (async () => {
      await Promise.all([...service.dependsOn.keys()].map(whenReady));
      const part = await startService(service, surroundings);
      running.set(name, part);
      await waitUntilReady(service, part, surroundings, services);
    })();
    ready.set(name, started);
    return started;
  };
  await Promise.all(services.map(({ name }) => whenReady(name)));
}

/** Ready is what others wait for: the end of a task, the health of everything else. */
async function waitUntilReady(
  service: ComposeService,
  part: RunningService,
  surroundings: Surroundings,
  services: readonly ComposeService[],
): Promise<void> {
  const isTask = services.some(
    ({ dependsOn }) => dependsOn.get(service.name) === 'service_completed_successfully',
  );
  if (isTask) {
    const code = await part.ended;
    if (code !== 0) throw new Error(`${service.name} ended with ${code}:\n${part.log()}`);
    return;
  }
  let hasEnded = false;
  void part.ended.then(() => {
    hasEnded = true;
  });
  const deadline = performance.now() + HEALTH_LIMIT_MS;
  while (!(await isHealthy(service, surroundings))) {
    if (hasEnded || performance.now() > deadline) {
      throw new Error(`${service.name} does not become healthy:\n${part.log()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function isHealthy(service: ComposeService, surroundings: Surroundings): Promise<boolean> {
  const { healthcheck, name } = service;
  if (healthcheck === null) throw new Error(`${name} has no health check.`);
  const [program = '', ...args] = healthcheck;
  // The embedded server is ready when it has started; the package has no pg_isready.
  if (program === 'pg_isready') return true;
  const port = String(surroundings.portOf(name, 6379));
  const [file, options] =
    program === 'valkey-cli' ? ['redis-cli', ['-p', port, ...args]] : [program, args];
  return promisify(execFile)(file, options, { env: environmentOf(service, surroundings) }).then(
    () => true,
    () => false,
  );
}

function environmentOf(
  { name, environment }: ComposeService,
  { path, portOf, substitute }: Surroundings,
): Record<string, string> {
  const own = Object.entries(environment).map(([key, value]) => {
    if (key === 'HOST') return [key, '127.0.0.1'] as const;
    if (key === 'PORT') return [key, String(portOf(name, Number(value)))] as const;
    return [key, substitute(value)] as const;
  });
  return { PATH: path, ...IMAGE_ENVIRONMENT, ...Object.fromEntries(own) };
}

function startService(
  service: ComposeService,
  surroundings: Surroundings,
): Promise<RunningService> {
  if (service.image.startsWith('postgres:')) return startPostgres(service, surroundings);
  const [program = '', ...args] = service.command.map(surroundings.substitute);
  const isCache = program === 'valkey-server';
  const port = String(surroundings.portOf(service.name, 6379));
  const command = startCommand(
    isCache ? 'redis-server' : program,
    isCache ? [...args, '--port', port, '--bind', '127.0.0.1'] : args,
    {
      env: environmentOf(service, surroundings),
      cwd: isCache ? surroundings.folder : PROJECT_FOLDER,
    },
  );
  return Promise.resolve(toRunningService(command));
}

function toRunningService(command: RunningCommand): RunningService {
  const ended = command.ended.then(({ code }) => code);
  return {
    ended,
    log: () => `${command.stdout()}${command.stderr()}`,
    async stop() {
      command.child.kill('SIGTERM');
      await ended;
    },
  };
}

async function startPostgres(
  { name, environment }: ComposeService,
  { folder, portOf }: Surroundings,
): Promise<RunningService> {
  const dataFolder = join(folder, name);
  await mkdir(join(dataFolder, 'logs'), { recursive: true });
  const server = await startDatabaseServer({
    dataFolder,
    port: portOf(name, 5432),
    password: environment.POSTGRES_PASSWORD ?? '',
  });
  const administrator = await openAdministrator(server.adminUrl);
  await administrator.runScript(`CREATE DATABASE ${environment.POSTGRES_DB}`);
  await administrator.close();
  return { ended: server.ended.then(() => 0), log: () => dirname(dataFolder), stop: server.stop };
}
