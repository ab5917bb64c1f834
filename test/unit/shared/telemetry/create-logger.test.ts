import { expect, test } from 'vitest';
import { createLogger } from '../../../../shared/telemetry/create-logger.ts';

function createRecorder() {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
}

test('writes one JSON object per line, with the level as a word and the facts beside it', () => {
  const { lines, destination } = createRecorder();
  const log = createLogger({ level: 'info', name: 'orders', destination });

  log.child({ requestId: 'r-1' }).warn({ statements: 2 }, 'It was slow.');

  expect(lines).toHaveLength(1);
  expect(JSON.parse(String(lines[0]))).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: 'warn',
    name: 'orders',
    requestId: 'r-1',
    statements: 2,
    msg: 'It was slow.',
  });
});

test('writes nothing below its level', () => {
  const { lines, destination } = createRecorder();
  const log = createLogger({ level: 'warn', name: 'orders', destination });

  log.info('It works.');

  expect(lines).toEqual([]);
});

test.each(['authorization', 'cookie', 'set-cookie', 'password', 'token'])(
  'never writes what stands under %s',
  (fact) => {
    const { lines, destination } = createRecorder();
    const log = createLogger({ level: 'info', name: 'orders', destination });

    log.info({ [fact]: 's3cret', headers: { [fact]: 's3cret' } }, 'A request came.');

    expect(JSON.parse(String(lines[0]))).toMatchObject({
      [fact]: '[redacted]',
      headers: { [fact]: '[redacted]' },
    });
  },
);

test('never writes a secret that was bound to a child, and leaves the facts as they were', () => {
  const { lines, destination } = createRecorder();
  const log = createLogger({ level: 'info', name: 'orders', destination });
  const facts = { token: 's3cret', kept: { password: 's3cret', size: 1 } };

  log.child(facts).info({ request: facts.kept }, 'A request came.');

  expect(JSON.parse(String(lines[0]))).toMatchObject({
    token: '[redacted]',
    kept: { password: '[redacted]', size: 1 },
    request: { password: '[redacted]', size: 1 },
  });
  expect(facts).toEqual({ token: 's3cret', kept: { password: 's3cret', size: 1 } });
});

test('writes an error with its type, message, stack and cause', () => {
  const { lines, destination } = createRecorder();
  const log = createLogger({ level: 'info', name: 'orders', destination });

  log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'It failed.');

  expect(JSON.parse(String(lines[0]))).toMatchObject({
    err: { type: 'Error', message: 'outer: inner', stack: expect.stringContaining('caused by') },
  });
});

test('writes for people when told so', () => {
  const { lines, destination } = createRecorder();
  const log = createLogger({ level: 'info', name: 'orders', pretty: true, destination });

  log.warn({ requestId: 'r-1', statements: 2 }, 'It was slow.');

  expect(lines.join('')).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} WARN {2}orders: It was slow\. requestId="r-1" statements=2\n$/,
  );
});
