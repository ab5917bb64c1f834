import { type Command, Option } from 'commander';

import {
  renewGrant,
  requestAccess,
  withdrawRequest,
} from '../../control/access/change-requests.ts';
import type { AccessChange } from '../../control/access/settle-request.ts';
import type { CommandTools } from '../command-tools.ts';
import type { ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { type DeedOptions, withDeed } from './access-options.ts';
import { reportChange } from './report-change.ts';
import { toWish, type WishOptions, withWish } from './wish-options.ts';

/** Adds `meshgate access request`, `renew` and `withdraw`: what those do who want access. */
export function addRequestCommands(
  access: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  addRequest(access, tools, setExitCode);
  withDeed(access.command('renew'), false)
    .argument('<grant>', 'id of an active grant')
    .description('ask for a grant to go on; it is approved like the first time')
    .addOption(ttlOption())
    .action(async (id: string, options: DeedOptions & { readonly ttl: number }) => {
      const deed = { actor: options.as, reason: options.reason ?? null };
      const change = await reportChange(
        options,
        tools,
        (pool) => renewGrant(pool, id, options.ttl, deed),
        sayRequested,
      );
      setExitCode(change);
    });
  withDeed(access.command('withdraw'), false)
    .argument('<request>', 'id of an open request')
    .description('take a request back')
    .action(async (id: string, options: DeedOptions) => {
      const deed = { actor: options.as, reason: options.reason ?? null };
      const say = () => `The request ${id} is withdrawn.\n`;
      setExitCode(
        await reportChange(options, tools, (pool) => withdrawRequest(pool, id, deed), say),
      );
    });
}

function addRequest(
  access: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  withWish(withDeed(access.command('request'), false), ttlOption())
    .description('ask for access to a data product, for a caller and a purpose')
    .action(async (options: WishOptions) => {
      const wish = { ...toWish(options), emergency: false };
      setExitCode(
        await reportChange(options, tools, (pool) => requestAccess(pool, wish), sayRequested),
      );
    });
}

function ttlOption(): Option {
  return new Option('--ttl <duration>', 'how long, such as 12h or 90d, from the last approval on')
    .argParser(parseDuration)
    .default(30 * 86_400, '30d');
}

function sayRequested({ request, grant, needs }: AccessChange): string {
  if (grant !== null) {
    return `The request ${request.id} needs no approval; the grant ${grant.id} holds until ${grant.endsAt}.\n`;
  }
  const stuck =
    request.escalatedAt === null
      ? ''
      : ' Not all of them are there to answer, so its domain lead may stand in for one.';
  return `The request ${request.id} waits until ${request.answerUntil} for the ${needs.join(' and the ')} of ${request.product}.${stuck}\n`;
}
