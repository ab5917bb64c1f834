import { expect, test } from 'vitest';
import { parseNodeAddress } from '../../../../shared/redis/parse-node-address.ts';

test.each([
  ['cache-1.example:6379', { host: 'cache-1.example', port: 6379 }],
  ['[::1]:7000', { host: '::1', port: 7000 }],
])('%s is read', (text, address) => {
  expect(parseNodeAddress(text)).toEqual(address);
});
