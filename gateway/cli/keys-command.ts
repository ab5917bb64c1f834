import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Command } from 'commander';

import type { CommandTools } from './command-tools.ts';
import { prepareLocalKeys } from './local/local-keys.ts';
import { writeWhole } from './project/write-whole.ts';

interface KeysOptions {
  readonly data: string;
  readonly publish?: string;
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
    .option(
      '--publish <file>',
      "copy of the gateway's public keys, for data products that must not see the folder",
    )
    .option('--json', 'print where they are as JSON')
    .action((options: KeysOptions) => makeKeys(options, tools));
}

async function makeKeys(
  { data, publish, json }: KeysOptions,
  { stdout }: CommandTools,
): Promise<void> {
  const { signingKeyFile, jwksFile, issuers } = await prepareLocalKeys(resolve(data));
  if (publish !== undefined) await writeWhole(resolve(publish), await readFile(jwksFile, 'utf8'));
  const published = publish === undefined ? jwksFile : resolve(publish);
  stdout.write(
    json === true
      ? `${JSON.stringify({ signingKeyFile, jwksFile: published, issuers: JSON.parse(issuers) })}\n`
      : `SUBGRAPH_TRUST_KEY_FILE=${signingKeyFile}\nGATEWAY_JWKS=${published}\nISSUERS=${issuers}\n`,
  );
}
