import { readFile, stat } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ensureLocalSecret } from '../../../../../gateway/cli/local/local-secret.ts';
import { writeFolder } from '../../../../support/write-folder.ts';

test('a secret is made once, for its owner only, and by whoever comes first', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const file = `${folder.path}/keys/mask-secret`;

  await Promise.all([ensureLocalSecret(file), ensureLocalSecret(file)]);
  const made = await readFile(file, 'utf8');
  await ensureLocalSecret(file);

  expect(made).toMatch(/^[\w-]{43}\n$/);
  expect(await readFile(file, 'utf8')).toBe(made);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a secret that cannot be made is an error with its place', async () => {
  const folder = await writeFolder({ keys: 'a file in the way' });
  onTestFinished(() => folder.remove());

  await expect(ensureLocalSecret(`${folder.path}/keys/mask-secret`)).rejects.toThrow(
    /keys\/mask-secret cannot be made \(E/,
  );
});
