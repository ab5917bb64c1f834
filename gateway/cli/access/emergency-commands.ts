import { type Command, InvalidArgumentError, Option } from 'commander';

import {
  breakGlass,
  LONGEST_EMERGENCY_SECONDS,
  reviewEmergency,
} from '../../control/access/emergencies.ts';
import type { AccessChange } from '../../control/access/settle-request.ts';
import type { CommandTools } from '../command-tools.ts';
import type { ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { type DeedOptions, withDeed } from './access-options.ts';
import { reportChange } from './report-change.ts';
import { toWish, type WishOptions, withWish } from './wish-options.ts';

type EmergencyOptions = WishOptions & { readonly reason: string };

interface ReviewOptions extends DeedOptions {
  readonly reason: string;
  readonly verdict: 'justified' | 'unjustified';
}

/** Adds `meshgate access break-glass` and `review`: access without waiting, and what is thought of it. */
export function addEmergencyCommands(
  access: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  const ttl = new Option('--ttl <duration>', 'how long, 4h at most')
    .argParser(parseEmergency)
    .default(3600, '1h');
  withWish(withDeed(access.command('break-glass'), true), ttl)
    .description('take access in an emergency, at once; owner and steward are told and review it')
    .action(async (options: EmergencyOptions) => {
      const wish = { ...toWish(options), reason: options.reason };
      setExitCode(await reportChange(options, tools, (pool) => breakGlass(pool, wish), sayTaken));
    });
  withDeed(access.command('review'), true)
    .argument('<request>', 'id of an emergency')
    .description('say what you think of an emergency; who finds it unjustified ends it')
    .addOption(
      new Option('--verdict <verdict>', 'what you think of it')
        .choices(['justified', 'unjustified'])
        .makeOptionMandatory(),
    )
    .action(async (id: string, options: ReviewOptions) => {
      const deed = { actor: options.as, reason: options.reason };
      setExitCode(
        await reportChange(
          options,
          tools,
          (pool) => reviewEmergency(pool, id, options.verdict, deed),
          sayReviewed,
        ),
      );
    });
}

function parseEmergency(given: string): number {
  const seconds = parseDuration(given);
  if (seconds <= LONGEST_EMERGENCY_SECONDS) return seconds;
  throw new InvalidArgumentError('Expected at most 4h.');
}

function sayTaken({ request, grant }: AccessChange): string {
  return `The emergency ${request.id} is recorded; the grant ${grant?.id} holds until ${grant?.endsAt}. Owner and steward of ${request.product} have to review it.\n`;
}

function sayReviewed({ request, needs }: AccessChange): string {
  const verdicts = request.reviews.map(({ approver, verdict }) => `${approver} (${verdict})`);
  const open =
    needs.length === 0 ? '' : ' It needs the owner and the steward, two different people.';
  return `The emergency ${request.id} was reviewed by ${verdicts.join(', ')}.${open}\n`;
}
