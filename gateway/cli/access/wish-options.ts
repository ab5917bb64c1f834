import { type Command, InvalidArgumentError, Option } from 'commander';

import type { NewRequest } from '../../control/access/settle-request.ts';
import type { AccessLevel } from '../../policy/grants/grant.ts';
import { MASK_NAMES, parseMaskName } from '../../policy/mask-name.ts';
import { collectText, type DeedOptions, parseText } from './access-options.ts';

/** What is wanted, for whom and for what. */
export interface WishOptions extends DeedOptions {
  readonly product: string;
  readonly field: readonly string[];
  readonly level: AccessLevel;
  readonly mask?: string;
  readonly client: readonly string[];
  readonly issuer: string;
  readonly subject?: string;
  readonly purpose: string;
  readonly ttl: number;
  readonly agreement?: string;
}

/** Adds what describes the access that is wanted. */
export function withWish(command: Command, ttl: Option): Command {
  return command
    .requiredOption('--product <name>', 'the data product', parseText)
    .addOption(
      new Option(
        '--field <Type.field>',
        'only this field, or this protected type; may be repeated (default: all that the product protects, changes excepted)',
      )
        .argParser(collectText)
        .default([], 'all'),
    )
    .addOption(
      new Option('--level <level>', 'as the data is, or masked where it is restricted or personal')
        .choices(['full', 'masked'])
        .default('full'),
    )
    .option(
      '--mask <mask>',
      `how masked data is shown: ${MASK_NAMES} (default: as governance rules mask it)`,
      parseMask,
    )
    .addOption(
      new Option('--client <id>', 'only in tokens of this client; may be repeated')
        .argParser(collectText)
        .default([], 'any'),
    )
    .requiredOption('--issuer <iss>', 'issuer of the tokens of the caller', parseText)
    .option('--subject <sub>', 'the caller, as tokens name it (default: who asks)', parseText)
    .requiredOption('--purpose <purpose>', 'what the data is for', parseText)
    .option(
      '--agreement <url>',
      'https link to the legal agreement with a partner (default: that of the product)',
      parseText,
    )
    .addOption(ttl);
}

/** Puts together what is wanted. */
export function toWish(options: WishOptions): Omit<NewRequest, 'emergency'> {
  const { product, field, issuer, subject = options.as, purpose, reason = null, ttl } = options;
  const { level, mask = null, client, agreement = null } = options;
  return {
    ...{ product, issuer, subject, purpose, reason, level, mask, agreement },
    clients: client.length === 0 ? null : [...new Set(client)],
    coordinates: field.length === 0 ? null : [...new Set(field)],
    ttlSeconds: ttl,
    requestedBy: options.as,
  };
}

function parseMask(given: string): string {
  if (parseMaskName(given) !== null) return given;
  throw new InvalidArgumentError(`Expected ${MASK_NAMES}.`);
}
