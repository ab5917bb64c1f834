/**
 * Personal data of accounts: what the contract classifies is what the SDL protects, and
 * nothing that is not protected gives any of it away.
 */

import { readFile } from 'node:fs/promises';

import {
  buildASTSchema,
  type DirectiveNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  type ContractColumn,
  graphqlFieldsOf,
} from '../../../../shared/contract/contract-table.ts';
import { type Contract, parseContract } from '../../../../shared/contract/data-contract.ts';
import { openAdministrator } from '../../../../shared/postgres/open-administrator.ts';
import { product } from '../../../../subgraphs/accounts/product.ts';
import {
  type ProductUnderTest,
  startProductUnderTest,
} from '../../../support/start-product-under-test.ts';

const folder = new URL('../../../../subgraphs/accounts/', import.meta.url);

let schema: GraphQLSchema;
let contract: Contract;
let accounts: ProductUnderTest;
beforeAll(async () => {
  const sdl = await readFile(new URL('schema.graphql', folder), 'utf8');
  schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
  const parsed = parseContract(await readFile(new URL('contract.odcs.yaml', folder), 'utf8'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  contract = parsed.value;
  accounts = await startProductUnderTest('accounts', product);
});
afterAll(() => accounts.stop());

type Field = GraphQLField<unknown, unknown>;

const directivesOf = (field: Field): readonly DirectiveNode[] => field.astNode?.directives ?? [];

const argumentOf = (directive: DirectiveNode | undefined, name: string): unknown => {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value === undefined ? undefined : valueFromASTUntyped(value);
};

const scopesOf = (field: Field): unknown =>
  argumentOf(
    directivesOf(field).find(({ name }) => name.value === 'requiresScopes'),
    'scopes',
  );

const tagsOf = (field: Field): readonly unknown[] =>
  directivesOf(field)
    .filter(({ name }) => name.value === 'tag')
    .map((tag) => argumentOf(tag, 'name'));

/** `Type.field` of every object type but the mutations, with the field. */
const listFields = (): readonly (readonly [string, Field])[] =>
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => type !== schema.getMutationType() && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields()).map(
        (field) => [`${type.name}.${field.name}`, field] as const,
      ),
    );

const isClassified = ({ classification }: ContractColumn) =>
  classification === 'personal' || classification === 'restricted';

const listClassified = () =>
  contract.schema.flatMap((table) =>
    table.properties.filter(isClassified).map((column) => ({ table, column })),
  );

test('the fields that ask for a scope and the columns that are classified are the same', () => {
  const classified = listClassified().flatMap(({ table, column }) =>
    graphqlFieldsOf(table, column).map((steps) => steps.join('.')),
  );
  const guarded = listFields().filter(([, field]) => scopesOf(field) !== undefined);
  const tagged = listFields().filter(([, field]) => tagsOf(field).includes('pii'));

  expect(classified.toSorted()).toEqual([
    'Account.contactUpdatedAt',
    'Account.email',
    'Account.name',
    'Account.phone',
  ]);
  expect(guarded.map(([name]) => name).toSorted()).toEqual(classified.toSorted());
  expect(tagged.map(([name]) => name).toSorted()).toEqual(classified.toSorted());
});

test('each classified column is tagged, names the scopes of its field, and its field may be null', () => {
  const fields = new Map(listFields());

  for (const { table, column } of listClassified()) {
    const [steps = []] = graphqlFieldsOf(table, column);
    const field = fields.get(steps.join('.'));
    const policy = column.customProperties.find(({ property }) => property === 'policy')?.value;

    expect(column, column.name).toMatchObject({ classification: 'personal', tags: ['pii'] });
    expect(policy, column.name).toEqual({ requiresScopes: field && scopesOf(field) });
    expect(String(field?.type), column.name).not.toContain('!');
  }
});

test('a column that is not classified has no authorization on its field, so accounts can be joined', () => {
  const open = contract.schema.flatMap((table) =>
    table.properties
      .filter((column) => !isClassified(column))
      .flatMap((column) => graphqlFieldsOf(table, column).map((steps) => steps.join('.'))),
  );
  const fields = new Map(listFields());

  expect(open).toEqual(['Account.id', 'Account.marketSegment']);
  for (const name of open) {
    expect(
      directivesOf(fields.get(name) as Field).map((directive) => directive.name.value),
    ).toEqual([]);
  }
});

test('synthetic columns are declared as such, in words and as a fact', () => {
  const synthetic = contract.schema.flatMap(({ properties }) =>
    properties.filter(({ customProperties }) =>
      customProperties.some(({ property, value }) => property === 'synthetic' && value === true),
    ),
  );

  expect(synthetic.map(({ name }) => name)).toEqual(['email', 'phone']);
  for (const { description } of synthetic) expect(description).toContain('synthetic');
});

test('no filter, order or group is made of personal data', () => {
  const words = listClassified().map(({ column }) => column.name.split('_')[0] ?? '');
  const types = Object.values(schema.getTypeMap());
  const questions = [
    ...types.filter(isEnumType).flatMap((type) => type.getValues().map(({ name }) => name)),
    ...types
      .filter(isInputObjectType)
      .filter(({ name }) => !name.startsWith('Update'))
      .flatMap((type) => Object.keys(type.getFields())),
    ...Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ args }) =>
      args.map(({ name }) => name),
    ),
  ].map((name) => name.toLowerCase());

  expect(words).toEqual(['name', 'email', 'phone', 'contact']);
  expect(questions).toContain('marketsegments');
  expect(questions.filter((name) => words.some((word) => name.includes(word)))).toEqual([]);
});

/** Selects every field that asks for no scope, down to `depth` levels. */
function selectOpenFields(typeName: string, depth: number): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) return '';
  const selections = Object.values(type.getFields())
    .filter((field) => scopesOf(field) === undefined && !field.args.some(isRequiredArgument))
    .flatMap((field) => {
      const named = getNamedType(field.type);
      if (isLeafType(named)) return [field.name];
      const inner = depth === 0 ? '' : selectOpenFields(named.name, depth - 1);
      const page = field.args.some(({ name }) => name === 'first') ? '(first: 200)' : '';
      return inner === '' ? [] : [`${field.name}${page} ${inner}`];
    });
  return selections.length === 0 ? '' : `{ ${selections.join(' ')} }`;
}

test('what needs no scope gives no name, address, number or moment of a change away', async () => {
  const administrator = await openAdministrator(accounts.adminUrl);
  await administrator.runScript(
    "UPDATE accounts.account SET contact_updated_at = '2026-02-16T12:34:56Z'",
  );
  const rows = await administrator.query<{ name: string; email: string; phone: string }>(
    'SELECT name, email, phone FROM accounts.account ORDER BY id LIMIT 200',
  );
  await administrator.close();
  const document = selectOpenFields('Query', 3);
  const ids = Array.from({ length: 200 }, (_, index) => `A-${10_000 + index * 5}`);

  const answers = [
    await accounts.ask({}, document),
    await accounts.ask(
      {},
      `query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Account ${selectOpenFields('Account', 3)}
        }
      }`,
      { representations: ids.map((id) => ({ __typename: 'Account', id })) },
    ),
    await accounts.ask({}, '{ accounts(filter: { ids: ["x"] }, after: "x") { totalCount } }'),
  ];

  const text = JSON.stringify(answers.map(({ data, errors }) => ({ data, errors })));
  expect(document).toContain('accounts(first: 200) { edges { cursor node { id marketSegment } }');
  expect(text).toContain('A-10015');
  // A cursor is opaque to people, not to computers.
  const cursors = [...text.matchAll(/"cursor":"([\w-]+)"/g)].map(([, cursor = '']) =>
    Buffer.from(cursor, 'base64url').toString('latin1'),
  );
  expect(cursors).toHaveLength(200);
  for (const secret of rows.flatMap(({ name, email, phone }) => [name, email, phone])) {
    expect(text).not.toContain(secret);
    expect(cursors.join()).not.toContain(secret);
  }
  expect(text).not.toContain('2026-02-16');
});

test('an answer with personal data is kept by nobody, one without for five minutes by anybody', async () => {
  const open = await accounts.ask(
    {},
    '{ accounts { edges { node { id marketSegment } } pageInfo { endCursor } totalCount } }',
  );
  const personal = await accounts.ask(
    { scopes: ['accounts:pii'] },
    '{ account(id: "A-12520") { id email } }',
  );

  expect(open.cacheControl).toBe('max-age=300, public');
  expect(personal.cacheControl).toBe('no-store');
});
