import { expect, test } from 'vitest';
import { sendRequest } from '../support/send-request.ts';
import { serveShop } from '../support/serve-shop.ts';

test.each([
  ['as wholes', '1000000', '0'],
  ['as parts', '0', '1000000'],
])(
  'a product that announces its query type has plain values forgotten that are kept %s',
  async (_, whole, parts) => {
    let pieces = 0;
    const shop = await serveShop(
      () => {
        pieces += 1;
        return { data: { pieces }, headers: { 'cache-control': 'max-age=300, public' } };
      },
      {
        RESPONSE_CACHE_BYTES: whole,
        ENTITY_CACHE_BYTES: parts,
        CACHE_INVALIDATION_KEY: 'env:FORGET_KEY',
        FORGET_KEY: 'a key that nobody guesses',
      },
    );
    const ask = async () => (await shop.post({ query: '{ pieces }' })).body.data;
    const forget = (type: string) =>
      sendRequest(shop.url, {
        method: 'POST',
        path: '/cache/invalidate',
        headers: { authorization: 'a key that nobody guesses' },
        body: JSON.stringify([{ kind: 'type', subgraph: 'stock', type }]),
      });
    const said = [await ask(), await ask()];

    await forget('Good');
    said.push(await ask());
    await forget('Query');
    said.push(await ask());
    // A product may call its own query type otherwise, and composition drops that name.
    await forget('StockRoot');
    said.push(await ask());

    expect(said).toEqual([1, 1, 1, 2, 3].map((number) => ({ pieces: number })));
  },
);
