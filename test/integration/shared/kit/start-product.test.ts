import { expect, onTestFinished, test } from 'vitest';
import { startNotes } from '../../../support/start-notes.ts';

/** A wait that the test ends, and the moment when it has begun. */
function createGate() {
  let open = (_value: string) => {};
  let enter = () => {};
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const opened = new Promise<string>((resolve) => {
    open = resolve;
  });
  const wait = () => {
    enter();
    return opened;
  };
  return { wait, entered, open };
}

test('a stop lets a running request finish, takes no new one, and waits no longer than that', async () => {
  const gate = createGate();
  const notes = await startNotes({ drainTimeoutMs: 600_000 }, { wait: gate.wait });
  onTestFinished(() => notes.close());
  const running = notes.ask({ query: '{ claims waits }', as: { subject: 'ana' } });
  await gate.entered;

  const stopped = notes.product.close();
  await expect(notes.ask({ query: '{ waits }' })).rejects.toThrow('fetch failed');
  gate.open('finished');

  expect((await running).body).toEqual({ data: { claims: '{"sub":"ana"}', waits: 'finished' } });
  await stopped;
});

test('a stop does not wait longer than its limit', async () => {
  const gate = createGate();
  const notes = await startNotes({ drainTimeoutMs: 50 }, { wait: gate.wait });
  onTestFinished(() => notes.close());
  const running = notes.ask({ query: '{ claims waits }' });
  const cutOff = expect(running).rejects.toThrow('fetch failed');
  await gate.entered;

  await notes.product.close();

  await cutOff;
});

test('a port that is taken is an error that names port and product', async () => {
  const first = await startNotes();
  onTestFinished(() => first.close());

  const second = startNotes({ port: first.product.port });

  await expect(second).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: `Port ${first.product.port} on 127.0.0.1, which notes needs, is in use by another process; give it a free one.`,
  });
});
