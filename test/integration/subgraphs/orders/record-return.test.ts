import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  type Administrator,
  openAdministrator,
} from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/orders/product.ts';
import { hearChanges } from '../../../support/hear-changes.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

let orders: ProductUnderTest;
let administrator: Administrator;
beforeAll(async () => {
  orders = await startProductUnderTest('orders', product);
  administrator = await openAdministrator(orders.adminUrl);
});
afterAll(async () => {
  await administrator.close();
  await orders.stop();
});

const clerk = {
  subject: 'clerk',
  scopes: ['orders:write'],
  claims: { regions: ['West', 'East', 'Central', 'South'] },
};

interface Recorded {
  recordReturn: {
    return: {
      id: string;
      quantity: number;
      reason: string;
      recordedAt: string;
      orderLine: { id: string; returns: { id: string; quantity: number }[] };
    };
  } | null;
}

const RECORD = `mutation ($input: RecordReturnInput!) {
  recordReturn(input: $input) {
    return { id quantity reason recordedAt orderLine { id returns { id quantity } } }
  }
}`;

const record = (input: Readonly<Record<string, unknown>>) =>
  orders.ask<Recorded>(clerk, RECORD, { input: { reason: 'DAMAGED', ...input } });

/** Quantities that have come back of a line, as the table holds them. */
async function returnedOf(orderLineId: string): Promise<readonly number[]> {
  const rows = await administrator.query<{ quantity: number }>(
    'SELECT quantity FROM orders.return_line WHERE order_line_id = $1::int ORDER BY recorded_at',
    [orderLineId],
  );
  return rows.map(({ quantity }) => quantity);
}

// Pieces sold of lines 3, 4, 5, 6, 7, 8, 9: 2, 5, 2, 7, 4, 6, 3.

test('a return is written and answered with its line and all that has come back of it', async () => {
  const before = Date.now();
  const first = await record({ orderLineId: '4', quantity: 2, idempotencyKey: 'a-1' });
  const second = await record({
    orderLineId: '4',
    quantity: 3,
    reason: 'ARRIVED_LATE',
    idempotencyKey: 'a-2',
  });

  expect(second.errors).toEqual([]);
  expect(second.data.recordReturn?.return).toEqual({
    id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/),
    quantity: 3,
    reason: 'ARRIVED_LATE',
    recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
    orderLine: {
      id: '4',
      returns: [
        { id: first.data.recordReturn?.return.id, quantity: 2 },
        { id: second.data.recordReturn?.return.id, quantity: 3 },
      ],
    },
  });
  const recordedAt = Date.parse(second.data.recordReturn?.return.recordedAt ?? '');
  expect(Math.abs(recordedAt - before)).toBeLessThan(60_000);
  expect(await returnedOf('4')).toEqual([2, 3]);
});

test.each([
  [0, 'quantity must be at least 1, not 0.'],
  [-1, 'quantity must be at least 1, not -1.'],
  [
    3,
    'Of order line 3, 2 were sold and 0 have come back, so quantity must be between 1 and 2, not 3.',
  ],
])(
  'a quantity of %d of a line of two is refused, and says what would do',
  async (quantity, message) => {
    const { data, errors } = await record({
      orderLineId: '3',
      quantity,
      idempotencyKey: `b-${quantity}`,
    });

    expect(errors).toMatchObject([
      { message, extensions: { code: 'INPUT_INVALID', public: true, argument: 'input.quantity' } },
    ]);
    expect(data.recordReturn).toBeNull();
    expect(await returnedOf('3')).toEqual([]);
  },
);

test('what has come back already counts against what was sold', async () => {
  await record({ orderLineId: '6', quantity: 5, idempotencyKey: 'c-1' });
  const tooMany = await record({ orderLineId: '6', quantity: 3, idempotencyKey: 'c-2' });
  await record({ orderLineId: '6', quantity: 2, idempotencyKey: 'c-2' });
  const nothingLeft = await record({ orderLineId: '6', quantity: 1, idempotencyKey: 'c-3' });

  expect(tooMany.errors[0]?.message).toBe(
    'Of order line 6, 7 were sold and 5 have come back, so quantity must be between 1 and 2, not 3.',
  );
  expect(nothingLeft.errors[0]?.message).toBe(
    'Of order line 6, 7 were sold and 7 have come back, so nothing more can come back.',
  );
  expect(await returnedOf('6')).toEqual([5, 2]);
});

test('a repeated call records nothing more and answers with the first return', async () => {
  const input = { orderLineId: '5', quantity: 1, idempotencyKey: 'd-1' };
  const first = await record(input);
  const again = await record(input);

  expect(again.errors).toEqual([]);
  expect(again.data).toEqual(first.data);
  expect(await returnedOf('5')).toEqual([1]);
});

test.each([
  ['quantity', { quantity: 2 }],
  ['reason', { reason: 'WRONG_ITEM' }],
  ['line', { orderLineId: '10' }],
])('a key that comes back with another %s is refused', async (part, other) => {
  const input = { orderLineId: '8', quantity: 1, idempotencyKey: `e-${part}` };
  await record(input);
  const before = await returnedOf('8');
  const { errors } = await record({ ...input, ...other });

  expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED', public: true } }]);
  expect(await returnedOf('8')).toEqual(before);
});

/** Waits until that many sessions of this database wait for a lock. */
async function untilWaiting(sessions: number): Promise<void> {
  let waiting = 0;
  while (waiting < sessions) {
    const [row] = await administrator.query<{ waiting: number }>(
      `SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks
       WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    waiting = row?.waiting ?? 0;
  }
}

test('two calls at once for the last piece record one return', async () => {
  await record({ orderLineId: '7', quantity: 3, idempotencyKey: 'f-1' });
  // While nobody can write, both get as far as they can without knowing of each other.
  const rivals = await administrator.transaction(async () => {
    await administrator.runScript('LOCK TABLE orders.return_line IN SHARE MODE');
    const started = ['f-2', 'f-3'].map((idempotencyKey) =>
      record({ orderLineId: '7', quantity: 1, idempotencyKey }),
    );
    await untilWaiting(2);
    return started;
  });

  const answers = await Promise.all(rivals);
  expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
  expect(answers.flatMap(({ errors }) => errors)).toMatchObject([
    { extensions: { code: 'INPUT_INVALID' } },
  ]);
  expect(await returnedOf('7')).toEqual([3, 1]);
});

test('two calls at once with one key record one return', async () => {
  const input = { orderLineId: '9', quantity: 1, idempotencyKey: 'g-1' };
  const answers = await Promise.all([record(input), record(input), record(input)]);

  expect(new Set(answers.map(({ data }) => data.recordReturn?.return.id)).size).toBe(1);
  expect(await returnedOf('9')).toEqual([1]);
});

test('several returns in one request each see those before them', async () => {
  const { data, errors } = await orders.ask<Record<'a' | 'b', Recorded['recordReturn']>>(
    clerk,
    `mutation {
      a: recordReturn(input: { orderLineId: "11", quantity: 1, reason: DAMAGED, idempotencyKey: "h-1" }) {
        return { orderLine { returns { quantity } } }
      }
      b: recordReturn(input: { orderLineId: "11", quantity: 2, reason: DAMAGED, idempotencyKey: "h-2" }) {
        return { orderLine { returns { quantity } } }
      }
    }`,
  );

  expect(errors).toEqual([]);
  expect(data.a?.return.orderLine.returns).toEqual([{ quantity: 1 }]);
  expect(data.b?.return.orderLine.returns).toEqual([{ quantity: 1 }, { quantity: 2 }]);
});

test.each(['0', 'x', '1; DROP TABLE return_line', '4\u0000'])(
  'a return on %j, which is no id, is refused with ENTITY_NOT_FOUND',
  async (orderLineId) => {
    const { errors } = await record({ orderLineId, quantity: 1, idempotencyKey: 'i-1' });

    expect(errors).toMatchObject([{ extensions: { code: 'ENTITY_NOT_FOUND', public: true } }]);
  },
);

test.each(['', 'with space', 'x'.repeat(129), 'ü'])(
  'the idempotency key %j is refused with INPUT_INVALID',
  async (idempotencyKey) => {
    const { errors } = await record({ orderLineId: '12', quantity: 1, idempotencyKey });

    expect(errors).toMatchObject([
      { extensions: { code: 'INPUT_INVALID', argument: 'idempotencyKey' } },
    ]);
    expect(await returnedOf('12')).toEqual([]);
  },
);

test('a return announces its line, once', async () => {
  const heard = await hearChanges(orders.adminUrl);
  const input = { orderLineId: '12', quantity: 1, idempotencyKey: 'announced-1' };

  expect((await record({ ...input, quantity: 1000 })).data.recordReturn).toBeNull();
  expect((await record(input)).errors).toEqual([]);
  expect((await record(input)).errors).toEqual([]);
  expect(
    (await record({ ...input, orderLineId: '13', idempotencyKey: 'announced-2' })).errors,
  ).toEqual([]);

  expect(await heard(2)).toEqual(
    ['12', '13'].map((id) => ({ product: 'orders', type: 'OrderLine', keys: [{ id }] })),
  );
});
