import { expect, onTestFinished, test } from 'vitest';

import { readPipelineStatus } from '../../../../../gateway/control/pipeline/read-pipeline-status.ts';
import { quoteLiteral } from '../../../../../shared/postgres/open-administrator.ts';
import { createStockProduct, STOCK } from '../../../../support/stock-product.ts';

const rules = (...entries: readonly string[]) =>
  `customProperties: [{ property: rowRules, value: [${entries.join(', ')}] }]`;

const BY_REGION = '{ tables: [item], when: region in claims.regions, for: all }';

const ITEM = `
  CREATE TABLE item (id int PRIMARY KEY, region text, sales numeric NOT NULL);
  GRANT SELECT, INSERT, UPDATE, DELETE ON item TO "ROLE";`;

const DECLARED = {
  ...STOCK,
  'product.odps.yaml': rules(BY_REGION),
  'migrations/0001-item.sql': ITEM,
};

async function setUp(files: Readonly<Record<string, string>> = DECLARED) {
  const product = await createStockProduct(files);
  onTestFinished(() => product.drop());
  const { database, folder, name } = product;
  const ask = (claims: unknown, ...statements: string[]) =>
    product.askAsRole(
      `SELECT set_config('mesh.claims', ${quoteLiteral(JSON.stringify(claims))}, false)`,
      ...statements,
    );
  return {
    product,
    ask,
    idsFor: async (claims: unknown) =>
      ((await ask(claims, 'SELECT id FROM item ORDER BY id')) as { id: number }[]).map(
        ({ id }) => id,
      ),
    state: async () =>
      (await readPipelineStatus(database.adminUrl, folder, [name])).products[0]?.rowRules,
  };
}

// Item 1 is in the south, item 2 in the west.
test.each<[unknown, readonly number[]]>([
  [{ regions: ['West'] }, [2]],
  [{ regions: ['West', 'South', 'East'] }, [1, 2]],
  [{ regions: ['East'] }, []],
  [{ regions: [] }, []],
  [{ regions: null }, []],
  [{ regions: 'West' }, []],
  [{ regions: { West: true } }, []],
  [{ regions: [null] }, []],
  [{ regions: [`West' OR '1'='1`] }, []],
  [{ other: ['West'] }, []],
  [{}, []],
])('a caller with the claims %j sees the items %j', async (claims, ids) => {
  const { product, idsFor } = await setUp();
  await product.prepare();
  await product.ask(`INSERT INTO "${product.name}".item VALUES (3, NULL, 1)`);

  expect(await idsFor(claims)).toEqual(ids);
});

test('a caller with no claims at all sees nothing', async () => {
  const { product } = await setUp();
  await product.prepare();

  expect(await product.askAsRole('SELECT * FROM item')).toEqual([]);
});

test('a rule for all lets nobody write outside of it, or take a row out of it', async () => {
  const { product, ask } = await setUp();
  await product.prepare();
  const west = { regions: ['West'] };

  await ask(west, `INSERT INTO item VALUES (7, 'West', 1)`);
  await expect(ask(west, `INSERT INTO item VALUES (8, 'South', 1)`)).rejects.toThrow(
    /row-level security/,
  );
  await expect(ask(west, `UPDATE item SET region = 'South'`)).rejects.toThrow(/row-level security/);
  await ask(west, 'UPDATE item SET sales = 0', 'DELETE FROM item WHERE id = 1');

  expect(await product.ask(`SELECT id, sales FROM "${product.name}".item ORDER BY id`)).toEqual([
    { id: 1, sales: '261.96' },
    { id: 2, sales: '0' },
    { id: 7, sales: '0' },
  ]);
});

test('a rule for select lets nobody write', async () => {
  const { product, ask } = await setUp({
    ...DECLARED,
    'product.odps.yaml': rules('{ tables: [item], when: region in claims.regions }'),
  });
  await product.prepare();
  const west = { regions: ['West'] };

  await expect(ask(west, `INSERT INTO item VALUES (7, 'West', 1)`)).rejects.toThrow(
    /row-level security/,
  );
  await ask(west, 'UPDATE item SET sales = 0', 'DELETE FROM item');
  expect(await ask(west, 'SELECT id, sales FROM item')).toEqual([{ id: 2, sales: '731.94' }]);
});

test('every comparison has to hold, and a claim with one value is one that has exactly one', async () => {
  const { product, idsFor } = await setUp({
    ...DECLARED,
    'product.odps.yaml': rules(
      '{ tables: [item], when: "region in claims.regions and id = claims.item" }',
    ),
  });
  await product.prepare();
  const regions = ['West', 'South'];

  expect(await idsFor({ regions, item: ['2'] })).toEqual([2]);
  expect(await idsFor({ regions, item: ['1', '2'] })).toEqual([]);
  expect(await idsFor({ regions: ['South'], item: ['2'] })).toEqual([]);
  expect(await idsFor({ regions })).toEqual([]);
});

test('policies are made once, and anew when the rules change', async () => {
  const { product, idsFor, state } = await setUp();
  expect(await state()).toBe('pending');

  expect((await product.prepare()).rowRulesApplied).toEqual([product.name]);
  expect(await state()).toBe('applied');
  expect((await product.prepare()).rowRulesApplied).toEqual([]);

  await product.write({
    'product.odps.yaml': rules('{ tables: [item], when: id in claims.items }'),
  });
  expect(await state()).toBe('pending');
  expect((await product.prepare()).rowRulesApplied).toEqual([product.name]);
  expect(await idsFor({ regions: ['West'] })).toEqual([]);
  expect(await idsFor({ items: ['1'] })).toEqual([1]);
});

test.each([
  ['drops a policy', (table: string) => `DROP POLICY meshgate_row_rule ON ${table}`],
  ['opens a policy', (table: string) => `ALTER POLICY meshgate_row_rule ON ${table} USING (true)`],
  [
    'disables the security of a table',
    (table: string) => `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
  ],
])('when somebody %s, the status tells and the next run puts it right', async (_, change) => {
  const { product, idsFor, state } = await setUp();
  await product.prepare();
  await product.ask(change(`"${product.name}".item`));

  expect(await state()).toBe('changed');
  await product.prepare();

  expect(await state()).toBe('applied');
  expect(await idsFor({ regions: ['West'] })).toEqual([2]);
});

test('when somebody adds a policy that shows more, the status tells and the next run refuses it', async () => {
  const { product, state } = await setUp();
  await product.prepare();
  await product.ask(`CREATE POLICY everything ON "${product.name}".item USING (true)`);

  expect(await state()).toBe('changed');
  await expect(product.prepare()).rejects.toMatchObject({
    code: 'PIPELINE_FAILED',
    message: expect.stringContaining('there is everything, whose rows would be shown as well'),
  });
});

test('a table whose rule is taken away shows nothing', async () => {
  const { product, idsFor, state } = await setUp();
  await product.prepare();
  await product.write({ 'product.odps.yaml': '' });

  await product.prepare();

  expect(await state()).toBe('none');
  expect(await idsFor({ regions: ['West', 'South'] })).toEqual([]);
});

test('a policy of another hand gives way in the transaction of the migration that drops it', async () => {
  const { product, idsFor } = await setUp(STOCK);
  await product.prepare();
  expect(await idsFor({ regions: ['West'] })).toEqual([2]);
  await product.write({ 'product.odps.yaml': rules(BY_REGION) });

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'PIPELINE_FAILED',
    message: `subgraphs/${product.name}/product.odps.yaml: rowRules: item: expected no other permissive policy, but there is by_region, whose rows would be shown as well; drop it in a migration. Nothing was changed.`,
  });
  await product.write({ 'migrations/0002-row-rules.sql': 'DROP POLICY by_region ON item;' });
  await product.prepare();

  expect(await idsFor({ regions: ['West'] })).toEqual([2]);
  expect(
    await product.ask(
      `SELECT DISTINCT policies.xmin = files.xmin AS together
       FROM pg_policy AS policies, mesh.migration AS files WHERE files.file = '0002-row-rules.sql'`,
    ),
  ).toEqual([{ together: true }]);
});

test.each([
  [
    '{ tables: [stock], when: region in claims.regions }',
    'stock: expected a table of that name in the schema ',
  ],
  [
    '{ tables: [item], when: area in claims.regions }',
    'item: expected the column area, but it has id, region, sales',
  ],
  [
    '{ tables: [item], when: REGION in claims.regions }',
    'item: expected the column REGION, but it has id, region, sales',
  ],
])('the rule %s is refused, and the migration with it', async (rule, message) => {
  const { product, state } = await setUp({ ...DECLARED, 'product.odps.yaml': rules(rule) });

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'PIPELINE_FAILED',
    message: expect.stringContaining(message),
  });
  expect(await product.ask(`SELECT to_regclass('"${product.name}".item') AS item`)).toEqual([
    { item: null },
  ]);
  expect(await state()).toBe('pending');
});

test('a rule is refused where the role of the product owns the table', async () => {
  const { product } = await setUp({
    ...DECLARED,
    'migrations/0001-item.sql': `${ITEM} ALTER TABLE item OWNER TO "ROLE";`,
  });

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'PIPELINE_FAILED',
    message: expect.stringContaining('owners stand above policies'),
  });
});

test('a rule that cannot be read is named with its place', async () => {
  const { product } = await setUp({
    ...DECLARED,
    'product.odps.yaml': rules('{ tables: [item], when: region }'),
  });

  await expect(product.prepare()).rejects.toMatchObject({
    code: 'DESCRIPTOR_INVALID',
    message: expect.stringContaining(
      `subgraphs/${product.name}/product.odps.yaml:1: customProperties[0].value[0].when: expected in or = at character 7, but found "region"`,
    ),
  });
});
