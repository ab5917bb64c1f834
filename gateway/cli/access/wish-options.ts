import { type Command, Option } from 'commander';

import type { NewRequest } from '../../control/access/settle-request.ts';
import { collectText, type DeedOptions, parseText } from './access-options.ts';

/** What is wanted, for whom and for what. */
export interface WishOptions extends DeedOptions {
  readonly product: string;
  readonly field: readonly string[];
  readonly issuer: string;
  readonly subject?: string;
  readonly purpose: string;
  readonly ttl: number;
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
    .requiredOption('--issuer <iss>', 'issuer of the tokens of the caller', parseText)
    .option('--subject <sub>', 'the caller, as tokens name it (default: who asks)', parseText)
    .requiredOption('--purpose <purpose>', 'what the data is for', parseText)
    .addOption(ttl);
}

/** Puts together what is wanted. */
export function toWish(options: WishOptions): Omit<NewRequest, 'emergency'> {
  const { product, field, issuer, subject = options.as, purpose, reason = null, ttl } = options;
  return {
    ...{ product, issuer, subject, purpose, reason },
    coordinates: field.length === 0 ? null : [...new Set(field)],
    ttlSeconds: ttl,
    requestedBy: options.as,
  };
}
