import type { AnswerCall, ShopCall } from './serve-shop.ts';

/** What a test may change while the shop is served. */
export interface CountingStock {
  /** Of `stock`. */
  lifetime: string;
  /** Of `goods`. */
  goodsLifetime: string;
  /** Entities that `stock` does not have. */
  readonly unknown: Set<string>;
  /** What `stock` waits for before it answers; undefined for nothing. */
  held: Promise<unknown> | undefined;
  /** Calls until now. */
  number: number;
}

/** The goods that a product was asked for by their keys. */
export const idsOf = ({ variables }: ShopCall): readonly string[] =>
  ((variables.representations ?? []) as readonly { readonly id: string }[]).map(({ id }) => id);

export function createCountingStock(): CountingStock {
  const lifetimes = { lifetime: 'max-age=300, public', goodsLifetime: 'no-store' };
  return { ...lifetimes, unknown: new Set(), held: undefined, number: 0 };
}

/** Goods whose pieces tell in which call they were read: 100 times its number, and the id. */
export function answerByStock(stock: CountingStock): AnswerCall {
  return async ({ product, query, ...call }) => {
    stock.number += 1;
    const { number, lifetime, goodsLifetime } = stock;
    if (product === 'stock') await stock.held;
    const headers = { 'cache-control': product === 'stock' ? lifetime : goodsLifetime };
    if (query.includes('_entities')) {
      const ids = idsOf({ product, query, ...call });
      const _entities = ids.map((id) =>
        stock.unknown.has(id) ? null : { __typename: 'Good', pieces: 100 * number + Number(id) },
      );
      return { data: { _entities }, headers };
    }
    // Nobody says more than was asked of it.
    if (product === 'stock') return { data: { pieces: number, count: number }, headers };
    const list = /goods\(ids:\s*\[([^\]]*)\]/.exec(query)?.[1] ?? '';
    const goods = [...list.matchAll(/\w+/g)].map(([id]) => ({ __typename: 'Good', id }));
    const name = `name ${number}`;
    const good = { __typename: 'Good', id: '1', name };
    return { data: { goods, good, rename: name }, headers };
  };
}
