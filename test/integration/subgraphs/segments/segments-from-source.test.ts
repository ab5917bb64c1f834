import { afterAll, beforeAll, expect, test } from 'vitest';

import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/segments/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

interface SourceLine {
  readonly customer: string;
  readonly order: string;
  readonly day: string;
  readonly sales: string;
}

interface Segment {
  readonly id: string;
  readonly label: string;
  readonly asOf: string;
  readonly recencyDays: number;
  readonly frequency: number;
  readonly monetary: string;
  readonly recencyScore: number;
  readonly frequencyScore: number;
  readonly monetaryScore: number;
  readonly valueScore: number;
}

interface SegmentPage {
  readonly nodes: readonly Segment[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const FIELDS =
  'id label asOf recencyDays frequency monetary recencyScore frequencyScore monetaryScore valueScore';

const marketer = { subject: 'mia', scopes: ['segments:read'] };

let segments: ProductUnderTest;
/** The 9,994 order lines that everything is checked against. */
let source: readonly SourceLine[];
beforeAll(async () => {
  segments = await startProductUnderTest('segments', product);
  const administrator = await openAdministrator(segments.adminUrl);
  source = await administrator.query<SourceLine>(
    `SELECT customer_id AS customer, order_id AS order, order_date::text AS day, sales::text AS sales
     FROM landing.superstore_line`,
  );
  await administrator.close();
});
afterAll(() => segments.stop());

async function listAll(): Promise<readonly Segment[]> {
  const all: Segment[] = [];
  let after: string | null = null;
  do {
    const answer: { readonly data: { readonly accountSegments: SegmentPage } } = await segments.ask(
      marketer,
      `query ($after: String) {
        accountSegments(first: 200, after: $after, sort: ID_ASC) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
      }`,
      { after },
    );
    const { nodes, pageInfo } = answer.data.accountSegments;
    all.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return all;
}

/** Ten-thousandths of a dollar, exactly. */
function toUnits(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(4, '0'));
}

const fromUnits = (units: bigint) =>
  `${units / 10_000n}.${String(units % 10_000n).padStart(4, '0')}`;

const dayNumber = (day: string) => Date.parse(`${day}T00:00:00Z`) / 86_400_000;

/** The published method, written a second time. */
function segmentSource(): readonly Segment[] {
  const byId = new Map<string, SourceLine[]>();
  for (const line of source) {
    const id = `A-${line.customer.split('-')[1]}`;
    byId.set(id, [...(byId.get(id) ?? []), line]);
  }
  const asOf = Math.max(...source.map(({ day }) => dayNumber(day))) + 1;
  const measured = [...byId].map(([id, lines]) => ({
    id,
    recencyDays: asOf - Math.max(...lines.map(({ day }) => dayNumber(day))),
    frequency: new Set(lines.map(({ order }) => order)).size,
    units: lines.reduce((sum, { sales }) => sum + toUnits(sales), 0n),
  }));
  type Measured = (typeof measured)[number];

  /** Fifths of equal size, the first ones larger by one; equal values in the order of ids. */
  const scoreBy = (compare: (a: Measured, b: Measured) => number) => {
    const ranked = measured.toSorted((a, b) => compare(a, b) || (a.id < b.id ? -1 : 1));
    const large = ranked.length % 5;
    const size = Math.floor(ranked.length / 5);
    return new Map(
      ranked.map(({ id }, rank) => {
        const inLarge = rank < large * (size + 1);
        const fifth = inLarge
          ? Math.floor(rank / (size + 1))
          : large + Math.floor((rank - large * (size + 1)) / size);
        return [id, fifth + 1];
      }),
    );
  };
  const recency = scoreBy((a, b) => b.recencyDays - a.recencyDays);
  const frequency = scoreBy((a, b) => a.frequency - b.frequency);
  const monetary = scoreBy((a, b) => (a.units < b.units ? -1 : a.units > b.units ? 1 : 0));

  return measured
    .map(({ id, units, ...figures }) => {
      const recencyScore = recency.get(id) ?? 0;
      const frequencyScore = frequency.get(id) ?? 0;
      const monetaryScore = monetary.get(id) ?? 0;
      const valueScore = Math.ceil((frequencyScore + monetaryScore) / 2);
      return {
        id,
        label: labelOf(recencyScore, valueScore),
        asOf: '2017-12-31',
        ...figures,
        monetary: fromUnits(units),
        recencyScore,
        frequencyScore,
        monetaryScore,
        valueScore,
      };
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function labelOf(recency: number, value: number): string {
  if (recency >= 4) return value >= 4 ? 'CHAMPIONS' : value === 3 ? 'PROMISING' : 'RECENT';
  if (recency === 3) return value >= 4 ? 'LOYAL' : value >= 2 ? 'NEEDS_ATTENTION' : 'FADING';
  if (recency === 2) return value >= 3 ? 'AT_RISK' : 'FADING';
  return value >= 4 ? 'CANNOT_LOSE' : 'LOST';
}

test('each of the 793 accounts has exactly the segment that the published method gives it', async () => {
  const listed = await listAll();

  expect(listed).toHaveLength(793);
  expect(listed).toEqual(segmentSource());
});

test('fifths differ by one account at most', async () => {
  for (const groupBy of ['RECENCY_SCORE', 'FREQUENCY_SCORE', 'MONETARY_SCORE']) {
    const { data } = await segments.ask(
      marketer,
      `{ segmentSummary(groupBy: ${groupBy}) { key totals { accounts } } }`,
    );

    expect(data, groupBy).toEqual({
      segmentSummary: [159, 159, 159, 158, 158].map((accounts, index) => ({
        key: String(index + 1),
        totals: { accounts },
      })),
    });
  }
});

test('the summary by label counts every account once and sums to the sales of all order lines', async () => {
  const { data } = await segments.ask<{
    segmentSummary: { key: string; totals: { accounts: number; monetarySum: string } }[];
    accountSegments: { totals: object };
  }>(
    marketer,
    `{
      segmentSummary { key totals { accounts monetarySum monetaryAverage } }
      accountSegments { totals { accounts orders monetarySum monetaryAverage recencyDaysAverage } }
    }`,
  );

  expect(data.segmentSummary.map(({ key, totals }) => [key, totals.accounts])).toEqual([
    ['AT_RISK', 110],
    ['CANNOT_LOSE', 28],
    ['CHAMPIONS', 173],
    ['FADING', 62],
    ['LOST', 131],
    ['LOYAL', 82],
    ['NEEDS_ATTENTION', 64],
    ['PROMISING', 81],
    ['RECENT', 62],
  ]);
  expect(data.segmentSummary[2]?.totals).toEqual({
    accounts: 173,
    monetarySum: '790594.1875',
    monetaryAverage: '4569.9086',
  });
  const sum = data.segmentSummary.reduce(
    (all, group) => all + toUnits(group.totals.monetarySum),
    0n,
  );
  expect(fromUnits(sum)).toBe('2297200.8603');
  expect(data.accountSegments.totals).toEqual({
    accounts: 793,
    orders: 5009,
    monetarySum: '2297200.8603',
    monetaryAverage: '2896.8485',
    recencyDaysAverage: '147.8',
  });
});

test('the rules cover the 25 pairs of scores, and give the labels of the README', async () => {
  const { data } = await segments.ask<{ segmentRules: readonly Record<string, unknown>[] }>(
    marketer,
    '{ segmentRules { recencyScore valueScore label } }',
  );

  const pairs = [5, 4, 3, 2, 1].flatMap((recencyScore) =>
    [5, 4, 3, 2, 1].map((valueScore) => ({
      recencyScore,
      valueScore,
      label: labelOf(recencyScore, valueScore),
    })),
  );
  expect(data.segmentRules).toEqual(pairs);
});
