import type { Command } from 'commander';

import { approveRequest, denyRequest, revokeGrant } from '../../control/access/change-requests.ts';
import { keepGrant } from '../../control/access/keep-grant.ts';
import type { AccessChange } from '../../control/access/settle-request.ts';
import type { CommandTools } from '../command-tools.ts';
import type { ExitCode } from '../exit-code.ts';
import { type DeedOptions, withDeed } from './access-options.ts';
import { reportChange } from './report-change.ts';

/** Adds `meshgate access approve`, `deny`, `keep` and `revoke`: what owners and stewards do. */
export function addAnswerCommands(
  access: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  const toDeed = ({ as: actor, reason }: DeedOptions) => ({ actor, reason: reason ?? null });
  withDeed(access.command('approve'), false)
    .argument('<request>', 'id of an open request')
    .description('agree to a request; classified data needs the owner and the steward')
    .action(async (id: string, options: DeedOptions) => {
      const deed = toDeed(options);
      setExitCode(
        await reportChange(options, tools, (pool) => approveRequest(pool, id, deed), sayApproved),
      );
    });
  withDeed(access.command('deny'), true)
    .argument('<request>', 'id of an open request')
    .description('refuse a request')
    .action(async (id: string, options: DeedOptions) => {
      const deed = toDeed(options);
      const say = () => `The request ${id} is denied.\n`;
      setExitCode(await reportChange(options, tools, (pool) => denyRequest(pool, id, deed), say));
    });
  withDeed(access.command('keep'), false)
    .argument('<grant>', 'id of a grant whose review is due')
    .description('say that a grant is still needed; it goes on until its next review or its end')
    .action(async (id: string, options: DeedOptions) => {
      const deed = toDeed(options);
      setExitCode(await reportChange(options, tools, (pool) => keepGrant(pool, id, deed), sayKept));
    });
  withDeed(access.command('revoke'), true)
    .argument('<grant>', 'id of an active grant')
    .description('end a grant now, everywhere')
    .action(async (id: string, options: DeedOptions) => {
      const deed = toDeed(options);
      const say = () => `The grant ${id} is revoked.\n`;
      setExitCode(await reportChange(options, tools, (pool) => revokeGrant(pool, id, deed), say));
    });
}

function sayKept({ grant }: AccessChange): string {
  const next = grant?.reviewAt ?? null;
  const until =
    next === null ? `until it ends, ${grant?.endsAt}` : `until its next review, ${next}`;
  return `The grant ${grant?.id} is kept ${until}.\n`;
}

function sayApproved({ request, grant, needs }: AccessChange): string {
  if (grant !== null) {
    return `The request ${request.id} is approved; the grant ${grant.id} holds until ${grant.endsAt}.\n`;
  }
  const agreed = request.approvals.map(
    ({ approver, roles }) => `${approver} (${roles.join(', ')})`,
  );
  const apart =
    needs.length < 2 ? '' : `, ${needs.length === 2 ? 'two' : 'three'} different people`;
  return `The request ${request.id} has the word of ${agreed.join(', ')}; it needs that of the ${needs.join(' and the ')}${apart}.\n`;
}
