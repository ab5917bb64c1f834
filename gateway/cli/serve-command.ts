import { type Command, InvalidArgumentError } from 'commander';

import type { CommandTools } from './command-tools.ts';
import { parsePort } from './parse-port.ts';
import { takeStopSignals } from './stop-signals.ts';

/** As the setting WORKERS is bounded. */
const MOST_WORKERS = 64;

interface ServeOptions {
  readonly config?: string;
  readonly supergraph?: string;
  readonly port?: number;
  readonly workers?: string;
}

/** Adds `meshgate serve`, which runs the gateway alone until it is told to stop. */
export function addServeCommand(program: Command, tools: CommandTools): void {
  program
    .command('serve')
    .description('run only the gateway, over subgraphs that run elsewhere')
    .option('--config <file>', 'configuration file (setting CONFIG_FILE)')
    .option('--supergraph <file>', 'supergraph SDL, Federation 2 (setting SUPERGRAPH_FILE)')
    .option('--port <number>', 'port to listen on, 0 for a free one (setting PORT)', parsePort)
    .option(
      '--workers <number>',
      'processes that share the port, auto for one on each core (setting WORKERS)',
      parseWorkers,
    )
    .addHelpText('after', '\nAll other settings come from the environment and the file.')
    .action((options: ServeOptions) => runServe(options, tools));
}

async function runServe(
  options: ServeOptions,
  { env, serve, stdout, stderr }: CommandTools,
): Promise<void> {
  const signals = takeStopSignals(stdout.isTTY === true);
  try {
    const gateway = await serve(toSettings(options, env));
    await Promise.race([signals.first, gateway.failure ?? signals.first]);
    // Whoever asks twice does not want to wait for requests under way.
    const forced = signals.second.then(() => process.exit(1));
    stderr.write('Stopping; once more Ctrl-C stops at once.\n');
    await Promise.race([gateway.close(), forced]);
  } finally {
    signals.release();
  }
}

/** Options of the command line are laid over the environment. */
function toSettings(
  { config, supergraph, port, workers }: ServeOptions,
  env: CommandTools['env'],
): Record<string, string> {
  const settings = {
    ...env,
    ...(config === undefined ? {} : { CONFIG_FILE: config }),
    ...(supergraph === undefined ? {} : { SUPERGRAPH_FILE: supergraph }),
    ...(port === undefined ? {} : { PORT: String(port) }),
    ...(workers === undefined ? {} : { WORKERS: workers }),
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

function parseWorkers(given: string): string {
  const count = /^\d{1,2}$/.test(given) ? Number(given) : 0;
  if (given === 'auto' || (count >= 1 && count <= MOST_WORKERS)) return given;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST_WORKERS}, or auto.`);
}
