import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { PROJECT_ROOT } from '../../../shared/lang/project-root.ts';
import { type CompiledPolicies, compilePolicies, type PolicyFile } from './compile-policies.ts';

/** Where the schema is, and the policies that come with the gateway. */
const SHIPPED = fileURLToPath(new URL('gateway/policies/', PROJECT_ROOT));

/** People write policies; a file beyond this holds something else. */
const FILE_BYTES = 1024 * 1024;
const MOST_FILES = 1000;

/**
 * Loads the policies of a folder, all files that end in `.cedar`, without its subfolders.
 *
 * @param folder Null takes the policies that come with the gateway.
 * @throws {MeshgateError} `CONFIG_INVALID` when the folder or a file cannot be read, and with all
 *   problems at once when a policy cannot be parsed or does not fit the schema.
 */
export async function loadPolicies(folder: string | null): Promise<CompiledPolicies> {
  const schema = await readFile(join(SHIPPED, 'meshgate.cedarschema'), 'utf8');
  const files = await readPolicyFiles(toPolicyFolder(folder));
  const outcome = compilePolicies(schema, files);
  if (outcome.ok) return outcome.policies;
  const { problems } = outcome;
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  throw new MeshgateError('CONFIG_INVALID', {
    message: `POLICY_FOLDER: expected Cedar policies that fit gateway/policies/meshgate.cedarschema, but in ${toPolicyFolder(folder)} there is:\n${lines}`,
    details: { problems },
  });
}

/** @param folder Null stands for the one that comes with the gateway. */
export function toPolicyFolder(folder: string | null): string {
  return folder ?? SHIPPED;
}

async function readPolicyFiles(folder: string): Promise<readonly PolicyFile[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.cedar'));
    if (names.length > MOST_FILES) throw toError(`at most ${MOST_FILES} files in ${folder}`);
    return await Promise.all(names.map((name) => readPolicyFile(folder, name)));
  } catch (cause) {
    if (cause instanceof MeshgateError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw toError(`a folder of policies at ${folder}, but it cannot be read (${code})`, cause);
  }
}

async function readPolicyFile(folder: string, name: string): Promise<PolicyFile> {
  const path = join(folder, name);
  const { size } = await stat(path);
  if (size > FILE_BYTES) throw toError(`at most ${FILE_BYTES} bytes in ${path}`);
  return { name, text: await readFile(path, 'utf8') };
}

function toError(expected: string, cause?: unknown): MeshgateError {
  return new MeshgateError('CONFIG_INVALID', {
    message: `POLICY_FOLDER: expected ${expected}.`,
    cause,
  });
}
