import { expect, test } from 'vitest';
import { checkCrossSite } from '../../../../gateway/http/check-cross-site.ts';

const approved = ['https://app.example'];
const host = 'mesh.example:4000';

test.each([
  ['no browser headers', { host }],
  ['same-origin', { host, 'sec-fetch-site': 'same-origin', origin: 'https://mesh.example:4000' }],
  ['typed by the reader', { host, 'sec-fetch-site': 'none' }],
  [
    'same-origin behind a proxy that changes the host',
    { host: '10.0.0.7', 'sec-fetch-site': 'same-origin', origin: 'https://mesh.example' },
  ],
  ['an older browser on this host', { host, origin: 'http://mesh.example:4000' }],
  ['an approved origin', { host, origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }],
  [
    'the header x-meshgate-csrf',
    {
      host,
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'x-meshgate-csrf': '1',
    },
  ],
  [
    'the header apollo-require-preflight',
    { host, 'sec-fetch-site': 'cross-site', 'apollo-require-preflight': 'true' },
  ],
])('a request is let through: %s', (_case, headers) => {
  expect(checkCrossSite(headers, approved)).toBeNull();
});

test.each([
  ['cross-site', { host, 'sec-fetch-site': 'cross-site' }],
  ['same-site but another origin', { host, 'sec-fetch-site': 'same-site' }],
  ['an unknown kind of site', { host, 'sec-fetch-site': 'elsewhere' }],
  ['an older browser on another host', { host, origin: 'https://evil.example' }],
  ['the same host on another port', { host, origin: 'http://mesh.example:8080' }],
  ['an approved origin as a prefix', { host, origin: 'https://app.example.evil.example' }],
  ['the origin null', { host, origin: 'null' }],
  ['an origin that is no URL', { host, origin: '%%%' }],
  ['an empty proof', { host, 'sec-fetch-site': 'cross-site', 'x-meshgate-csrf': '' }],
])('a request is refused: %s', (_case, headers) => {
  expect(checkCrossSite(headers, approved)).toMatch(/^Expected .*given /);
});
