import { expect, test } from 'vitest';
import { renderAnswer, renderRefusal } from '../../../../gateway/response/render-answer.ts';
import type { Problem } from '../../../../shared/errors/problem.ts';

const MASKING = { passSubgraphErrors: false, refusals: 'errors' } as const;

const failure = (extensions: Record<string, unknown>): Problem => ({
  code: 'SUBGRAPH_ERROR',
  message: 'The data product "orders" reported an error that is not meant for clients.',
  path: ['orders', 0],
  product: 'orders',
  original: { message: 'relation "orders.line" does not exist', extensions },
});

test('writes data alone when nothing went wrong', () => {
  expect(renderAnswer('{"a":1}', [], MASKING)).toEqual({
    status: 200,
    jsonStatus: 200,
    body: '{"data":{"a":1}}',
  });
});

test("keeps a product's words to itself unless the product declared them public", () => {
  const { body } = renderAnswer(
    '{"orders":null}',
    [failure({ code: 'DB', stacktrace: ['x'] })],
    MASKING,
  );

  expect(JSON.parse(body)).toEqual({
    errors: [
      {
        message: 'The data product "orders" reported an error that is not meant for clients.',
        path: ['orders', 0],
        extensions: { code: 'SUBGRAPH_ERROR', product: 'orders' },
      },
    ],
    data: { orders: null },
  });
});

test('passes what a product declared public, with its code and without its internals', () => {
  const public_ = failure({ code: 'INPUT_INVALID', public: true, limit: 3, stacktrace: ['x'] });

  const { body } = renderAnswer('{}', [public_], MASKING);

  expect(JSON.parse(body).errors).toEqual([
    {
      message: 'relation "orders.line" does not exist',
      path: ['orders', 0],
      extensions: { code: 'INPUT_INVALID', limit: 3, product: 'orders' },
    },
  ]);
});

test('passes everything where the configuration says so', () => {
  const { body } = renderAnswer('{}', [failure({ code: 'DB' })], {
    ...MASKING,
    passSubgraphErrors: true,
  });

  expect(JSON.parse(body).errors[0]).toMatchObject({
    message: 'relation "orders.line" does not exist',
    extensions: { code: 'DB', product: 'orders' },
  });
});

test('answers request errors without data: 400 by the new media type, 200 by the old one', () => {
  const problem: Problem = { code: 'GRAPHQL_PARSE_FAILED', message: 'Syntax Error' };

  expect(renderAnswer(undefined, [problem], MASKING)).toEqual({
    status: 400,
    jsonStatus: 200,
    body: '{"errors":[{"message":"Syntax Error","extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}',
  });
});

test('keeps the status of a refused caller under either media type', () => {
  expect(renderRefusal('TOKEN_EXPIRED')).toMatchObject({ status: 401, jsonStatus: 401 });
});

test('says nothing about a bug but where to look', () => {
  const bug: Problem = { code: 'INTERNAL_ERROR', message: 'secret at 0x1' };

  expect(renderAnswer(undefined, [bug], MASKING).body).not.toContain('secret');
});
