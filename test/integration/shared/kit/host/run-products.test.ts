import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { HostMessage } from '../../../../../shared/kit/host/run-products.ts';

const MAIN = fileURLToPath(new URL('../../../../../shared/kit/main.ts', import.meta.url));

const SETTINGS = {
  GATEWAY_JWKS: 'http://127.0.0.1:1/jwks.json',
  LOG_LEVEL: 'error',
  ACCOUNTS_PORT: '0',
  ACCOUNTS_DATABASE_URL: 'postgresql://accounts:s3cret@127.0.0.1:1/mesh',
  PRODUCTS_PORT: '0',
  PRODUCTS_DATABASE_URL: 'postgresql://products:s3cret@127.0.0.1:1/mesh',
};

interface Host {
  readonly child: ChildProcess;
  readonly messages: HostMessage[];
  /** Exit code of the process, once all it wrote is read. */
  readonly exited: Promise<number | null>;
  /** What it wrote, log and all. */
  readonly output: () => string;
}

function startHost(names: readonly string[], env: Readonly<Record<string, string>>): Host {
  const child = fork(MAIN, names, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const messages: HostMessage[] = [];
  child.on('message', (message) => messages.push(message as HostMessage));
  let output = '';
  const pipes = [child.stdout, child.stderr].map(async (pipe) => {
    for await (const chunk of pipe ?? []) output += chunk;
  });
  const exited = once(child, 'exit').then(async ([code]) => {
    await Promise.all(pipes);
    return code as number | null;
  });
  return { child, messages, exited, output: () => output };
}

async function hearMessages({ child, messages }: Host, count: number): Promise<void> {
  while (messages.length < count) await once(child, 'message');
}

const listening = (product: string) => ({
  kind: 'listening',
  product,
  url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/),
});

test('hosts several products, tells the parent where they listen, and drains on SIGTERM', async () => {
  const host = startHost(['accounts', 'products'], SETTINGS);
  await hearMessages(host, 2);

  const lives = await Promise.all(
    host.messages.map(async (message) => {
      const url = message.kind === 'listening' ? message.url : '';
      return (await fetch(new URL('/health/live', url))).status;
    }),
  );
  host.child.kill('SIGTERM');

  expect(host.messages).toEqual([listening('accounts'), listening('products')]);
  expect(lives).toEqual([200, 200]);
  expect(await host.exited).toBe(0);
});

test('stops by itself when the channel to its parent closes', async () => {
  const host = startHost(['accounts'], SETTINGS);
  await hearMessages(host, 1);

  host.child.disconnect();

  expect(await host.exited).toBe(0);
});

test('a product alone reads PORT and DATABASE_URL', async () => {
  const { GATEWAY_JWKS, LOG_LEVEL, ACCOUNTS_DATABASE_URL } = SETTINGS;

  const host = startHost(['accounts'], {
    ...{ GATEWAY_JWKS, LOG_LEVEL },
    PORT: '0',
    DATABASE_URL: ACCOUNTS_DATABASE_URL,
  });
  await hearMessages(host, 1);

  expect(host.messages).toEqual([listening('accounts')]);
});

test('a taken port stops the start of all and names the product', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void squatter.close());
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;

  const host = startHost(['accounts', 'products'], { ...SETTINGS, PRODUCTS_PORT: String(port) });

  expect(await host.exited).toBe(1);
  expect(host.messages).toEqual([
    {
      kind: 'failed',
      code: 'PORT_TAKEN',
      message: `The data product products could not start. Port ${port} on 127.0.0.1, which products needs, is in use by another process; give it a free one.`,
    },
  ]);
});

test('a product that does not exist stops the start', async () => {
  const host = startHost(['nothing'], SETTINGS);

  expect(await host.exited).toBe(1);
  expect(host.messages).toMatchObject([
    { kind: 'failed', code: 'CONFIG_INVALID', message: expect.stringContaining('nothing') },
  ]);
});

test('a setting that is not valid is named and not shown', async () => {
  const host = startHost(['accounts'], {
    ...SETTINGS,
    ACCOUNTS_DATABASE_URL: 'mysql://accounts:s3cret@127.0.0.1/mesh',
  });

  expect(await host.exited).toBe(1);
  expect(host.messages).toMatchObject([
    { kind: 'failed', code: 'CONFIG_INVALID', message: expect.stringContaining('DATABASE_URL') },
  ]);
  expect(host.output()).toContain('DATABASE_URL');
  expect(host.output()).not.toContain('s3cret');
});
