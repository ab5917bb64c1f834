import type { AnswerCall } from './serve-shop.ts';

/** Every call is answered differently, so that equal answers were kept. */
export function createCountingShop(scope = 'public', lifetime = 'max-age=300'): AnswerCall {
  let number = 0;
  return () => {
    number += 1;
    const name = `name ${number}`;
    return {
      data: { good: { __typename: 'Good', id: '1', name }, pieces: number, rename: name },
      headers: { 'cache-control': `${lifetime}, ${scope}` },
    };
  };
}
