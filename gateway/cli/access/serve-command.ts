import type { Command } from 'commander';

import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { ACCESS_API } from '../../control/api/access/load-access-schema.ts';
import { migrateControlSchema } from '../../control/database/migrate-control-schema.ts';
import type { CommandTools } from '../command-tools.ts';
import { parsePort } from '../parse-port.ts';
import { takeStopSignals } from '../stop-signals.ts';

interface ServeOptions {
  readonly port?: number;
}

const HELP = `
DATABASE_URL (that of the gateways), GATEWAY_JWKS (URL or file of the gateway's public keys) and ACCESS_ISSUER (issuer of
the tokens of the people whom descriptors name) say what to connect to and whom to believe; PORT, HOST, LOG_LEVEL and the
other settings of a data product hold too, and may be named ACCESS_PORT and ACCESS_DATABASE_URL. AUDIT_KEY_SECRET, as the
gateways have it, finds entities in the ledger by their keys.
meshgate compose --access URL makes it a part of the supergraph.`;

/** Adds `meshgate access serve`, which runs the API of the control plane until it is told to stop. */
export function addServeCommand(access: Command, tools: CommandTools): void {
  access
    .command('serve')
    .description('run the GraphQL API for requests and grants, a subgraph beside the data products')
    .option('--port <number>', 'port to listen on, 0 for a free one (default: PORT)', parsePort)
    .addHelpText('after', HELP)
    .action((options: ServeOptions) => serveAccess(options, tools));
}

async function serveAccess(
  { port }: ServeOptions,
  { env, stdout, loadHashedKeys }: CommandTools,
): Promise<void> {
  const teamIssuer = env.ACCESS_ISSUER ?? '';
  if (teamIssuer === '') {
    throw new MeshgateError('CONFIG_INVALID', {
      message:
        'Expected ACCESS_ISSUER, the issuer of the tokens of owners and stewards: descriptors name people, and several issuers may know one of that name.',
    });
  }
  // Loaded here, because a server's code is a waste of time for every other command.
  const [{ startAccessApi }, { readProductEnvironment }] = await Promise.all([
    import('../../control/api/access/start-access-api.ts'),
    import('../../../shared/kit/host/product-environment.ts'),
  ]);
  const given = port === undefined ? env : { ...env, ACCESS_PORT: String(port) };
  const settings = readProductEnvironment(ACCESS_API, given, true);
  const hashedKeys = await loadHashedKeys(env);
  await migrateControlSchema(settings.databaseUrl);
  const signals = takeStopSignals(stdout.isTTY === true);
  try {
    const api = await startAccessApi({ ...settings, teamIssuer, hashedKeys });
    await signals.first;
    const forced = signals.second.then(() => process.exit(1));
    await Promise.race([api.close(), forced]);
  } finally {
    signals.release();
  }
}
