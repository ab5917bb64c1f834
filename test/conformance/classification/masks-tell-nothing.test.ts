import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseClassificationRules } from '../../../gateway/control/governance/parse-classification-rules.ts';
import type { Grant } from '../../../gateway/policy/grants/grant.ts';
import { GrantedAccess } from '../../../gateway/policy/grants/granted-access.ts';
import type { Rights } from '../../../gateway/policy/requirement.ts';
import { formatProblem } from '../../../gateway/response/format-problem.ts';
import { LiveClassification } from '../../../gateway/supergraph/live-classification.ts';
import {
  ACCOUNTS,
  type Account,
  CLASSIFICATION,
  createClassifiedSubgraphs,
  GRANTABLE_CLASSIFICATION,
  REQUIRING_SCOPE,
} from '../../support/classified-federation.ts';
import { createFederation, holding, OPEN_LIMITS } from '../../support/federation-fixture.ts';
import { randomOperation } from '../differential/random-operation.ts';

const [ADA, BOB] = ACCOUNTS as readonly [Account, Account];
const CAL: Account = { ...ADA, id: 'a3', email: 'cal@acme.example', income: 31_200, vip: false };

/** Looks the same as `ACCOUNTS` and Cal to whoever sees it masked: another order of incomes, other ties. */
const THESE = [ADA, BOB, CAL];
const OTHERS: readonly Account[] = [
  {
    ...ADA,
    email: 'astrid.lindgren@acme.example',
    phone: '+46855510199',
    nicknames: ['Captain', 'Astrid'],
    born: '1815-12-27',
    income: 31_002,
    vip: false,
  },
  { ...BOB, email: 'bo@acme.example', income: 12, vip: false },
  { ...CAL, email: 'carl@acme.example', income: 31_990 + 9, vip: true },
];

const SUPPORT: Rights = { ...holding(), roles: new Set(['support']) };
const STEWARD: Rights = { ...holding(), roles: new Set(['steward']) };

/** A federation whose accounts can be exchanged, and what it tells a caller of one operation. */
function createTelling(rules = CLASSIFICATION, required = '') {
  const parsed = parseClassificationRules(rules);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const classification = new LiveClassification(parsed.value, 'secret', () => {});
  let accounts: readonly Account[] = THESE;
  const federation = createFederation(
    createClassifiedSubgraphs(() => accounts, required),
    OPEN_LIMITS,
    (snapshot) => classification.of(snapshot),
  );
  const tell = async (
    query: string,
    variables: Readonly<Record<string, unknown>>,
    rights: Rights,
    there: readonly Account[],
  ): Promise<string> => {
    accounts = there;
    const outcome = await federation.prepare(query, null, rights, federation.snapshot);
    const hidesValues = outcome.ok && outcome.prepared.hidesValues;
    const { dataText, problems } = await federation.execute(query, variables, rights);
    const errors = problems.map((one) =>
      formatProblem(one, { passSubgraphErrors: true, refusals: 'errors', hidesValues }),
    );
    return `${dataText} ${JSON.stringify(errors)}`;
  };
  return { schema: federation.snapshot.schema, tell };
}

const MASKED: Grant = {
  id: 'g-1',
  issuer: 'https://id.example',
  subject: 'ada',
  product: 'accounts',
  coordinates: null,
  level: 'masked',
  mask: null,
  clients: null,
  purpose: 'analytics',
  startsAtMs: 0,
  endsAtMs: 1,
};
const GRANTED: Rights = {
  ...holding(),
  grants: new GrantedAccess([MASKED, { ...MASKED, id: 'g-2', product: 'orders' }]),
};

test.each([
  ['by a rule', createTelling(), SUPPORT, STEWARD],
  [
    'because it was granted so',
    createTelling(GRANTABLE_CLASSIFICATION, REQUIRING_SCOPE),
    GRANTED,
    holding('pii:read'),
  ],
] as const)(
  'what a caller is told does not depend on what it sees masked %s, whatever it asks',
  async (_, { schema, tell }, caller, openCaller) => {
    const operations = randomOperation(schema, ['a1', 'a2', 'a3', 'none']);
    const seen = { masked: 0, refused: 0, openly: 0 };

    await fc.assert(
      fc.asyncProperty(operations, async ({ query, variables }) => {
        const these = await tell(query, variables, caller, THESE);
        const others = await tell(query, variables, caller, OTHERS);
        expect(others).toBe(these);

        const open = await tell(query, variables, openCaller, THESE);
        if (open !== (await tell(query, variables, openCaller, OTHERS))) seen.openly += 1;
        if (these.includes('***')) seen.masked += 1;
        if (these.includes('CLASSIFIED_INPUT_REFUSED')) seen.refused += 1;
      }),
      { numRuns: 800, seed: 20_261 },
    );

    // It is no proof where nothing is asked that would tell.
    expect(Object.values(seen).filter((count) => count < 30)).toEqual([]);
  },
);
