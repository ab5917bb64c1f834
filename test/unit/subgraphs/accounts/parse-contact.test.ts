import { expect, test } from 'vitest';

import { parseContact } from '../../../../subgraphs/accounts/parse-contact.ts';

const longLabel = 'a'.repeat(63);

test.each([
  'new.address@example.com',
  "o'brien+orders@mail.example.co.uk",
  `${'a'.repeat(64)}@example.com`,
  `x@${longLabel}.example`,
])('takes %s as an email address and leaves it as it is', (email) => {
  expect(parseContact({ email })).toEqual({ email, phone: null });
});

test.each([
  [''],
  ['address'],
  ['@example.com'],
  ['a@'],
  ['a@localhost'],
  ['a b@example.com'],
  ['.a@example.com'],
  ['a..b@example.com'],
  ['a@-example.com'],
  ['a@example..com'],
  ['a@exa_mple.com'],
  ['a@example.c'],
  ['a@192.0.2.1'],
  ['a@example.com\n'],
  ['a\0@example.com'],
  ['Anna <anna@example.com>'],
  [`${'a'.repeat(65)}@example.com`],
  [`a@${'a'.repeat(64)}.com`],
  [`a@${`${longLabel}.`.repeat(4)}com`],
])('refuses %j as an email address', (email) => {
  expect(() => parseContact({ email })).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID', details: { argument: 'input.email' } }),
  );
});

test.each([{ email: 'claire.gute@@shop.example' }, { phone: '2025550199' }])(
  'does not repeat personal data in the message about %j',
  (input) => {
    const parse = () => parseContact(input);

    expect(parse).toThrow('must be');
    expect(parse).not.toThrow(/claire|shop|0199/);
  },
);

test.each([
  ['+12025550142', '+12025550142'],
  ['+1 (202) 555-0142', '+12025550142'],
  ['+49.30.123456', '+4930123456'],
  ['+123456789012345', '+123456789012345'],
])('takes %s as a phone number and stores %s', (phone, stored) => {
  expect(parseContact({ phone })).toEqual({ email: null, phone: stored });
});

test.each([
  [''],
  ['2025550142'],
  ['0012025550142'],
  ['+02025550142'],
  ['+1234567'],
  ['+1234567890123456'],
  ['+1 202 555 0142 ext 7'],
  ['+1٢٠٢٥٥٥٠١٤٢'],
])('refuses %j as a phone number and says what one looks like', (phone) => {
  expect(() => parseContact({ phone })).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message:
        'phone must be a plus sign, the country code and the number, 8 to 15 digits in all, such as +1 202 555 0142.',
    }),
  );
});

test.each([{}, { email: null, phone: null }])('refuses %j, which changes nothing', (input) => {
  expect(() => parseContact(input)).toThrow('email or phone must be given');
});

test('answers to a very long address as quickly as to a short one', () => {
  const email = `${'a.'.repeat(5_000_000)}@example.com`;

  expect(() => parseContact({ email })).toThrow('at most 254 characters');
});
