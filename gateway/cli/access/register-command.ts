import { resolve } from 'node:path';

import { type Command, InvalidArgumentError, Option } from 'commander';
import { inTransaction } from '../../../shared/postgres/in-transaction.ts';
import {
  type AccessTerms,
  agreementUrl,
  CLASSIFICATIONS,
  type Classification,
  type TeamMember,
} from '../../control/access/access-terms.ts';
import { registerProducts } from '../../control/access/access-terms-store.ts';
import { buildAccessTerms } from '../../control/access/build-access-terms.ts';
import type { CommandTools } from '../command-tools.ts';
import { withControlDatabase } from '../credentials/with-control-database.ts';
import { parseDuration } from '../parse-duration.ts';
import { loadMeshProducts } from '../project/load-mesh-products.ts';
import { findProjectPaths } from '../project/project-paths.ts';
import { renderColumns } from '../terminal/render-columns.ts';
import { collectText, parseText, type TargetOptions, withTarget } from './access-options.ts';

interface RegisterOptions extends TargetOptions {
  readonly products?: string;
  readonly name?: string;
  readonly owner: readonly string[];
  readonly steward: readonly string[];
  readonly domainLead: readonly string[];
  readonly classification: Classification;
  readonly purpose: readonly string[];
  readonly longest: number;
  readonly reviewAfter: number;
  readonly partnerIssuer: readonly string[];
  readonly agreement?: string;
}

/** Adds `meshgate access register`. */
export function addRegisterCommand(access: Command, tools: CommandTools): void {
  const register = withTarget(access.command('register'))
    .description('say who decides about data products, from their descriptors or by hand')
    .option('--products <folder>', 'folder of data products (default: those of this installation)');
  withTerms(register).action(async (options: RegisterOptions, command: Command) => {
    if ((options.name === undefined) !== (options.owner.length === 0)) {
      command.error(
        'error: expected --name and --owner together: without one nobody could approve',
      );
    }
    const products =
      options.name === undefined
        ? (
            await loadMeshProducts(resolve(options.products ?? findProjectPaths().productsFolder))
          ).map(buildAccessTerms)
        : [toAccessTerms(options.name, options)];
    await withControlDatabase(options.data, tools.env, (pool) =>
      inTransaction(pool, (client) => registerProducts(client, products)),
    );
    tools.stdout.write(
      options.json === true ? `${JSON.stringify(products)}\n` : renderProducts(products),
    );
  });
}

/** Adds the terms of one product without a folder. */
function withTerms(command: Command): Command {
  const ofOne = (flags: string, description: string) =>
    new Option(flags, description).conflicts('products');
  return command
    .addOption(
      ofOne('--name <name>', 'one product without a folder: its subgraph').argParser(parseText),
    )
    .addOption(
      ofOne('--owner <person>', 'its owner; may be repeated')
        .argParser(collectText)
        .default([], 'none'),
    )
    .addOption(
      ofOne('--steward <person>', 'its steward; may be repeated')
        .argParser(collectText)
        .default([], 'none'),
    )
    .addOption(
      ofOne('--domain-lead <person>', 'who answers for its domain; may be repeated')
        .argParser(collectText)
        .default([], 'none'),
    )
    .addOption(
      ofOne('--classification <class>', 'the strictest of its data')
        .choices(CLASSIFICATIONS)
        .default('personal'),
    )
    .addOption(
      ofOne('--purpose <purpose>', 'what its data may be used for; may be repeated')
        .argParser(collectText)
        .default([], 'any'),
    )
    .addOption(
      ofOne('--longest <duration>', 'longest grant')
        .argParser(parseDuration)
        .default(90 * 86_400, '90d'),
    )
    .addOption(
      ofOne('--review-after <duration>', 'how long a grant lasts before it is looked at again')
        .argParser(parseDuration)
        .default(90 * 86_400, '90d'),
    )
    .addOption(
      ofOne('--partner-issuer <iss>', 'issuer of the tokens of a partner; may be repeated')
        .argParser(collectText)
        .default([], 'none'),
    )
    .addOption(
      ofOne('--agreement <url>', 'https link to the legal agreement with partners').argParser(
        parseAgreement,
      ),
    );
}

function toAccessTerms(product: string, options: RegisterOptions): AccessTerms {
  const toMember = (role: TeamMember['role']) => (name: string) => ({
    ...{ name, role },
    ...{ since: null, until: null },
  });
  return {
    product,
    tenant: null,
    members: [
      ...options.owner.map(toMember('owner')),
      ...options.steward.map(toMember('steward')),
      ...options.domainLead.map(toMember('domain lead')),
    ],
    strictest: options.classification,
    classes: null,
    autoApprove: [],
    maxGrantSeconds: options.longest,
    reviewAfterSeconds: options.reviewAfter,
    purposes: [...options.purpose],
    partnerIssuers: [...options.partnerIssuer],
    agreement: options.agreement ?? null,
  };
}

function parseAgreement(given: string): string {
  if (agreementUrl.safeParse(given).success) return given;
  throw new InvalidArgumentError('Expected an https URL.');
}

function renderProducts(products: readonly AccessTerms[]): string {
  return renderColumns(
    ['product', 'strictest data', 'owner', 'steward', 'domain lead'],
    products.map(({ product, strictest, members }) => {
      const holders = (role: TeamMember['role']) =>
        members.filter((member) => member.role === role).map(({ name }) => name);
      const roles = ['owner', 'steward', 'domain lead'] as const;
      return [product, strictest, ...roles.map((role) => holders(role).join(' '))];
    }),
  );
}
