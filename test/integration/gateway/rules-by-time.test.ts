import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const RULES = `
version: 1
classes: [{ name: personal, tags: [pii] }]
rules:
  - name: desk-hours
    when: { classes: [personal] }
    for: { roles: [[desk]] }
    during: [{ days: [monday, tuesday, wednesday, thursday, friday], from: "08:00", to: "18:00", zone: Europe/Berlin }]
    effect: allow
  - { name: initials, for: { roles: [[desk]] }, effect: mask, masks: [{ keepFirst: 1 }] }
`;
const DESK_HOURS = 'monday to friday 08:00-18:00 (Europe/Berlin)';

const staff = {
  name: 'staff',
  sdl: `
    type Query { person: Person }
    type Person { id: ID! email: String @tag(name: "pii") }
  `,
  resolvers: {},
};

interface Answer {
  readonly data: { readonly person: { readonly email: string | null } };
  readonly extensions?: { readonly access: readonly { readonly reasons: unknown }[] };
}

/** A gateway whose clock shows what the test says, over a product whose answers may be kept for an hour. */
async function serve(at: string) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(at) });
  onTestFinished(() => void vi.useRealTimers());
  const folder = await writeFolder({ 'rules.yaml': RULES });
  onTestFinished(() => folder.remove());
  const { post, token, replace } = await serveFederation([staff], {
    CLASSIFICATION_RULES: join(folder.path, 'rules.yaml'),
  });
  let asked = 0;
  replace('staff', (_, response) => {
    asked += 1;
    const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' };
    response
      .writeHead(200, headers)
      .end('{"data":{"person":{"id":"p","email":"ada@acme.example"}}}');
  });
  const authorization = `Bearer ${await token({ roles: ['desk'], exp: 4_000_000_000 })}`;
  const ask = async (query: string, more: object = {}, header: Record<string, string> = {}) => {
    const { body, headers } = await post({ query, ...more }, { authorization, ...header });
    return { body: body as Answer, headers };
  };
  return {
    ask,
    askEmail: async () => {
      const { body, headers } = await ask('{ person { email } }');
      return [body.data.person.email, headers.get('cache-control'), headers.get('age')];
    },
    setTime: (time: string) => void vi.setSystemTime(Date.parse(time)),
    asked: () => asked,
  };
}

test('an answer that was kept within a window is not given after it, and no client is told to keep it', async () => {
  const { askEmail, setTime, asked } = await serve('2026-11-25T17:59:30+01:00');

  expect(await askEmail()).toEqual(['ada@acme.example', 'max-age=30, private', null]);
  setTime('2026-11-25T17:59:58+01:00');
  expect(await askEmail()).toEqual(['ada@acme.example', 'max-age=30, private', '28']);
  expect(asked()).toBe(1);

  // Made of what the product said before, which is masked as it is written.
  setTime('2026-11-25T18:00:00+01:00');
  expect(await askEmail()).toEqual(['a***', 'max-age=3570, private', null]);
  setTime('2026-11-25T18:30:00+01:00');
  expect(await askEmail()).toEqual(['a***', 'max-age=3570, private', '1800']);
  expect(asked()).toBe(1);

  // A Saturday, and the Monday after it.
  setTime('2026-11-28T12:00:00+01:00');
  expect(await askEmail()).toEqual(['a***', 'max-age=3600, private', null]);
  setTime('2026-11-30T08:00:00+01:00');
  expect(await askEmail()).toEqual(['ada@acme.example', 'max-age=3600, private', null]);
});

test('what a rule by time does not speak of is kept as long as its product allows', async () => {
  const { ask } = await serve('2026-11-25T17:59:30+01:00');

  const { headers } = await ask('{ person { id } }');

  expect(headers.get('cache-control')).toMatch(/^max-age=3600, /);
});

test('an entity tag from within a window is not confirmed after it', async () => {
  const { ask, setTime } = await serve('2026-11-25T17:59:30+01:00');
  const { headers } = await ask('{ person { email } }');
  const tag = headers.get('etag') ?? '';

  setTime('2026-11-25T18:00:00+01:00');
  const { body } = await ask('{ person { email } }', {}, { 'if-none-match': tag });

  expect(tag).not.toBe('');
  expect(body.data).toEqual({ person: { email: 'a***' } });
});

test('an answer is explained by the rule, its windows, and what would decide at another time', async () => {
  const { ask, setTime } = await serve('2026-11-25T12:00:00+01:00');
  const query = '{ person { email } }';
  const explain = async () =>
    (await ask(query, { extensions: { access: true } })).body.extensions?.access;

  expect(await explain()).toEqual([]);
  setTime('2026-11-25T19:00:00+01:00');
  expect(await explain()).toEqual([
    {
      path: ['person', 'email'],
      coordinate: 'Person.email',
      effect: 'masked',
      reasons: [
        {
          reason: 'RULE_MASKS',
          coordinate: 'Person.email',
          rule: 'initials',
          mask: 'keepFirst',
          notNow: [{ rule: 'desk-hours', during: [DESK_HOURS] }],
        },
      ],
      howToRequest: [],
    },
  ]);
});
