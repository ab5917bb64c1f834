import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CLASSIFICATION, classifiedFederation } from '../../support/classified-federation.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

/** A gateway whose rules can be replaced, and whose log can be read. */
async function serve(rules: string = CLASSIFICATION) {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'classification.yaml');
  const logFile = join(folder.path, 'gateway.log');
  await writeFile(file, rules);
  const { url, post, token, received } = await serveFederation(classifiedFederation, {
    CLASSIFICATION_RULES: file,
    LOG_LEVEL: 'info',
    LOG_FILE: logFile,
  });
  const authorization = `Bearer ${await token({ roles: ['support'] })}`;
  const readEmail = async () => {
    const { body } = await post({ query: '{ account(id: "a1") { id email } }' }, { authorization });
    return (body.data as { account: { email: string | null } }).account.email;
  };
  const readLog = async (message: string) => {
    const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message);
  };
  return {
    file,
    received,
    readEmail,
    readLog,
    /** Writes the file as most tools do, beside it first. */
    async publish(text: string) {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
    /** Asks until the answer is this one. @returns Milliseconds until then. */
    async untilEmailIs(email: string | null) {
      const startedAt = performance.now();
      while ((await readEmail()) !== email);
      return performance.now() - startedAt;
    },
    /** Looks until a swap of this outcome is counted. */
    async untilCounted(outcome: string) {
      const series = `gateway_classification_swaps_total{outcome="${outcome}"} 1`;
      while (!(await (await fetch(`${url}/metrics`)).text()).includes(series));
    },
  };
}

const OPEN = CLASSIFICATION.replace('roles: [[steward]]', 'authenticated: true');

test('a rule that is changed takes effect within a second, forth and back', async () => {
  const { readEmail, publish, untilEmailIs, readLog } = await serve();
  expect(await readEmail()).toBe('a***');

  await publish(OPEN);
  const opened = await untilEmailIs('ada@acme.example');
  await publish(CLASSIFICATION);
  const closed = await untilEmailIs('a***');

  expect(opened).toBeLessThan(1000);
  expect(closed).toBeLessThan(1000);
  const [first, second] = await readLog('new classification rules are in force');
  expect(second).toMatchObject({ classification: first.before, before: first.classification });
});

test('rules that are not valid are refused as a whole, and those in force stay', async () => {
  const { file, readEmail, publish, untilCounted, untilEmailIs, readLog } = await serve();

  await publish(OPEN.replace('effect: allow', 'effect: alow'));
  await untilCounted('refused');

  expect(await readEmail()).toBe('a***');
  const [refused] = await readLog('classification rules were refused; those in force stay');
  expect(refused.err.message).toBe(
    `The classification rules in ${file} are not valid:\n  line 8, rules[0].effect: expected allow or mask or deny, but found "alow"`,
  );

  await publish(OPEN);
  await untilEmailIs('ada@acme.example');
});

test('a rule without a mask that fits is named in the log with the element that it denies', async () => {
  const { readLog } = await serve();

  const logged = await readLog('no mask of a rule fits an element, so it is denied');

  expect(logged.map(({ rule, coordinate }) => `${rule} ${coordinate}`)).toContain(
    'support-sees-parts Account.vip',
  );
});

test('a gateway does not start with rules that are not valid, and says what is wrong', async () => {
  await expect(serve('version: 1\nclasses: []\nrules: []')).rejects.toThrow(
    /classification\.yaml are not valid:\n {2}line 2, classes: expected at least 1/,
  );
});

test('a rule that hashes without a secret is warned of', async () => {
  const { readLog } = await serve();

  const logged = await readLog(
    'a rule hashes and MASK_SECRET is not set, so its next mask is used',
  );

  expect(logged.map(({ rule }) => rule)).toEqual(['research-joins']);
});
