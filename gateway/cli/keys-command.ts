import type { Command } from 'commander';

import type { CommandTools } from './command-tools.ts';
import { prepareLocalKeys } from './local/local-keys.ts';

interface KeysOptions {
  readonly data: string;
  readonly json?: true;
}

/**
 * Adds `meshgate keys`, which makes the keys that several gateways share.
 *
 * @throws {MeshgateError} From the action: `CONFIG_INVALID` when a key file is spoilt.
 */
export function addKeysCommand(program: Command, tools: CommandTools): void {
  program
    .command('keys')
    .description('make the signing key of the gateway and the development issuer, once')
    .option('--data <folder>', 'folder that is to hold them, in its folder keys', '.meshgate')
    .option('--json', 'print where they are as JSON')
    .action(async ({ data, json }: KeysOptions) => {
      const { signingKeyFile, jwksFile, issuers } = await prepareLocalKeys(data);
      tools.stdout.write(
        json === true
          ? `${JSON.stringify({ signingKeyFile, jwksFile, issuers: JSON.parse(issuers) })}\n`
          : `SUBGRAPH_TRUST_KEY_FILE=${signingKeyFile}\nGATEWAY_JWKS=${jwksFile}\nISSUERS=${issuers}\n`,
      );
    });
}
