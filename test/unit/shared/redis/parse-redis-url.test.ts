import { expect, test } from 'vitest';
import { parseRedisUrl } from '../../../../shared/redis/parse-redis-url.ts';

test.each([
  ['redis://cache', { host: 'cache', port: 6379, db: 0 }],
  ['redis://cache:7000/', { host: 'cache', port: 7000, db: 0 }],
  ['redis://[::1]:7000/2', { host: '::1', port: 7000, db: 2 }],
  ['redis://:p%40ss@cache', { host: 'cache', port: 6379, password: 'p@ss', db: 0 }],
  [
    'rediss://gate:p%2Fss@cache.example:6380/1',
    { host: 'cache.example', port: 6380, username: 'gate', password: 'p/ss', db: 1, tls: {} },
  ],
])('%s is read', (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address);
});

test('a query string changes nothing', () => {
  const address = parseRedisUrl('redis://cache?enableOfflineQueue=true&host=elsewhere&tls=false');

  expect(address).toEqual({ host: 'cache', port: 6379, db: 0 });
});
