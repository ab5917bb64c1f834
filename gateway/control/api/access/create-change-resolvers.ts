/**
 * Mutations: each one finds what concerns the caller, and hands the deed to the rules.
 *
 * @module
 */
import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import type { TypeResolvers } from '../../../../shared/kit/define-product.ts';
import { inTransaction } from '../../../../shared/postgres/in-transaction.ts';
import type { AccessLevel } from '../../../policy/grants/grant.ts';
import type { GrantFacts, RequestFacts, Review } from '../../access/access-records.ts';
import {
  approveRequest,
  denyRequest,
  type PersonalDeed,
  renewGrant,
  requestAccess,
  revokeGrant,
  withdrawRequest,
} from '../../access/change-requests.ts';
import { breakGlass, reviewEmergency } from '../../access/emergencies.ts';
import { keepGrant } from '../../access/keep-grant.ts';
import { countOpenRequests, findGrant, findRequest } from '../../access/page-records.ts';
import type { AccessChange, NewRequest } from '../../access/settle-request.ts';
import {
  type ApiCaller,
  hasAsked,
  isFor,
  isInSomeTeam,
  mayAnswer,
  toApiCaller,
} from './api-caller.ts';
import type { ApiContext, ApiDesk, ApiLoaders } from './api-desk.ts';
import { checkCount, checkTexts } from './check-input.ts';
import { type AccessPayload, toPayload } from './to-payload.ts';

interface DecisionInput {
  readonly id: string;
  readonly reason?: string | null;
}

interface WishInput {
  readonly product: string;
  readonly fields?: readonly string[] | null;
  readonly level?: AccessLevel | null;
  readonly mask?: string | null;
  readonly clients?: readonly string[] | null;
  readonly purpose: string;
  readonly reason?: string | null;
  readonly agreement?: string | null;
}

/** Bounds of times; what a product allows is less. */
const MOST_DAYS = 3660;
const MOST_MINUTES = 240;
const DAY_SECONDS = 86_400;

/** Requests that one caller may have open. */
const MOST_OPEN_OF_CALLER = 100;

/** Creates the resolvers of `Mutation`. */
export function createChangeResolvers(desk: ApiDesk): TypeResolvers<ApiLoaders> {
  type Work<Input> = (caller: ApiCaller, input: Input) => Promise<AccessChange>;
  const change =
    <Input>(work: Work<Input>) =>
    async (
      _: unknown,
      { input }: { input: Input },
      context: ApiContext,
    ): Promise<AccessPayload> => {
      const known = toApiCaller(context.caller, desk.teamIssuer);
      const payload = await toPayload(desk.pool, () => work(known, input));
      // An earlier change of the same request may have shown them as they were then.
      context.loaders.grantById.clearAll();
      return payload;
    };
  return {
    requestAccess: change((caller, input: WishInput & { readonly days: number }) =>
      ask(desk, caller, input, input.days),
    ),
    breakGlass: change((caller, input: WishInput & { reason: string; minutes: number }) =>
      takeAccess(desk, caller, input),
    ),
    approveAccess: change((caller, input: DecisionInput) =>
      decide(desk, caller, input, (deed) => approveRequest(desk.pool, input.id, deed)),
    ),
    denyAccess: change((caller, input: DecisionInput) =>
      decide(desk, caller, input, (deed) => denyRequest(desk.pool, input.id, deed)),
    ),
    withdrawAccessRequest: change((caller, input: DecisionInput) =>
      decide(desk, caller, input, (deed) => withdrawRequest(desk.pool, input.id, deed)),
    ),
    reviewEmergency: change(
      (caller, input: DecisionInput & { readonly verdict: Review['verdict'] }) =>
        decide(desk, caller, input, (deed) =>
          reviewEmergency(desk.pool, input.id, input.verdict, deed),
        ),
    ),
    revokeGrant: change(async (caller, input: DecisionInput) => {
      const { deed } = await openGrant(desk, caller, input);
      return revokeGrant(desk.pool, input.id, deed);
    }),
    keepGrant: change(async (caller, input: DecisionInput) => {
      const { deed } = await openGrant(desk, caller, input);
      return keepGrant(desk.pool, input.id, deed);
    }),
    renewGrant: change(async (caller, input: DecisionInput & { readonly days: number }) => {
      checkCount('days', input.days, MOST_DAYS);
      const { grant, deed } = await openGrant(desk, caller, input);
      // Whoever decides about a grant may end it; to ask for more of it is for whom it is.
      if (!isFor(caller, grant)) throw new MeshgateError('ACCESS_NOT_DECIDER');
      return renewGrant(desk.pool, input.id, input.days * DAY_SECONDS, deed);
    }),
  };
}

async function ask(
  desk: ApiDesk,
  caller: ApiCaller,
  input: WishInput,
  days: number,
): Promise<AccessChange> {
  checkCount('days', days, MOST_DAYS);
  const wish = toWish(caller, input, days * DAY_SECONDS);
  const open = await inTransaction(desk.pool, (client) => countOpenRequests(client, caller));
  if (open >= MOST_OPEN_OF_CALLER) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `Expected fewer than ${MOST_OPEN_OF_CALLER} open requests of one caller; withdraw those that are no longer needed.`,
    });
  }
  return requestAccess(desk.pool, { ...wish, emergency: false });
}

/** Without anybody's word beforehand, so only for those who are known to belong to a team. */
async function takeAccess(
  desk: ApiDesk,
  caller: ApiCaller,
  input: WishInput & { readonly reason: string; readonly minutes: number },
): Promise<AccessChange> {
  checkCount('minutes', input.minutes, MOST_MINUTES);
  const wish = toWish(caller, input, input.minutes * 60);
  const mayTake = await inTransaction(desk.pool, (client) => isInSomeTeam(client, caller));
  if (!mayTake) throw new MeshgateError('ACCESS_EMERGENCY_REFUSED');
  return breakGlass(desk.pool, { ...wish, reason: input.reason });
}

function toWish(
  { issuer, subject, name, isTeamIssuer }: ApiCaller,
  input: WishInput,
  ttlSeconds: number,
): Omit<NewRequest, 'emergency'> {
  checkTexts(input);
  const { product, fields = null, level, mask = null, clients = null } = input;
  const { purpose, reason = null, agreement = null } = input;
  return {
    ...{ product, level: level ?? 'full', mask, purpose, reason, ttlSeconds, agreement },
    coordinates: fields === null ? null : [...new Set(fields)],
    clients: clients === null ? null : [...new Set(clients)],
    ...{ issuer, subject, requestedBy: name, isTeamIssuer },
  };
}

/** Whether a request exists is told to those whom it concerns, and to nobody else. */
async function decide(
  { pool }: ApiDesk,
  caller: ApiCaller,
  { id, reason = null }: DecisionInput,
  work: (deed: PersonalDeed) => Promise<AccessChange>,
): Promise<AccessChange> {
  checkTexts({ id, reason });
  const isParty = await inTransaction(pool, async (client) => {
    const request = await findRequest(client, id);
    if (request === null) throw new MeshgateError('ACCESS_RECORD_UNKNOWN');
    if (isPartyOf(caller, request)) return true;
    if (!(await mayAnswer(client, caller, request)))
      throw new MeshgateError('ACCESS_RECORD_UNKNOWN');
    return false;
  });
  return work({ actor: caller.name, reason, isParty, isTeamIssuer: caller.isTeamIssuer });
}

async function openGrant(
  { pool }: ApiDesk,
  caller: ApiCaller,
  { id, reason = null }: DecisionInput,
): Promise<{ readonly grant: GrantFacts; readonly deed: PersonalDeed }> {
  checkTexts({ id, reason });
  return inTransaction(pool, async (client) => {
    const grant = await findGrant(client, id);
    const request = grant === null ? null : await findRequest(client, grant.request);
    if (grant === null || request === null) throw new MeshgateError('ACCESS_RECORD_UNKNOWN');
    const isParty = isPartyOf(caller, request);
    if (!(isParty || (await mayAnswer(client, caller, request)))) {
      throw new MeshgateError('ACCESS_RECORD_UNKNOWN');
    }
    const { isTeamIssuer } = caller;
    return { grant, deed: { actor: caller.name, reason, isParty, isTeamIssuer } };
  });
}

function isPartyOf(caller: ApiCaller, request: RequestFacts): boolean {
  return isFor(caller, request) || hasAsked(caller, request);
}
