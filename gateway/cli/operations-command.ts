import type { Command } from 'commander';

import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { mergeManifests, type NamedManifest } from '../documents/merge-manifests.ts';
import type { ListedOperation } from '../documents/parse-manifest.ts';
import { parseOperation } from '../operation/parse-operation.ts';
import { loadSupergraphFile, readText } from './access/read-access-files.ts';
import type { CommandTools } from './command-tools.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { createPaint } from './terminal/paint.ts';
import { renderUnfitOperations, type UnfitOperation } from './terminal/render-unfit-operations.ts';

interface CheckOptions {
  readonly manifest: readonly string[];
  readonly supergraph?: string;
  readonly config?: string;
  readonly json?: true;
}

/**
 * Adds `meshgate operations check`, which needs neither gateway nor database.
 *
 * @param setExitCode Called with a finding when an operation does not fit.
 * @throws {MeshgateError} From the action: `CONFIG_INVALID` for manifests and settings that cannot be read or are
 *   not valid, `SUPERGRAPH_INVALID`, and what composing throws.
 */
export function addOperationsCommand(
  program: Command,
  tools: CommandTools,
  setExitCode: (code: ExitCode) => void,
): void {
  program
    .command('operations')
    .description('the list of operations that gateways know')
    .command('check')
    .description(
      'say which operations of manifests a supergraph does not answer, and why; ends with 1 when there is one',
    )
    .requiredOption('--manifest <files...>', "manifests, Apollo's or Relay's, that make one list")
    .option(
      '--supergraph <file>',
      'supergraph (default: composed of the products of this installation)',
    )
    .option('--config <file>', 'configuration file of the gateway (setting CONFIG_FILE)')
    .option('--json', 'print the facts as JSON')
    .addHelpText(
      'after',
      `
The limits on documents and whether operations may introspect are those of the gateway: run this with its environment and
its file. Whether a caller may read what an operation asks for is another matter.`,
    )
    .action(async (options: CheckOptions) => {
      const unfit = await check(options, tools);
      setExitCode(unfit === 0 ? EXIT.ok : EXIT.finding);
    });
}

/** @returns How many operations do not fit. */
async function check(
  { manifest, supergraph, config, json }: CheckOptions,
  { env, stdout, readPreparationSettings }: CommandTools,
): Promise<number> {
  const overrides = config === undefined ? {} : { CONFIG_FILE: config };
  const settings = await readPreparationSettings({ ...env, ...overrides });
  const operations = await loadOperations(manifest);
  const snapshot = await loadSupergraphFile(supergraph);
  const unfit = operations.flatMap((operation) => {
    const { body, name } = operation;
    // Whoever has the supergraph may be told what is in it.
    const outcome = parseOperation(body, name, snapshot, { ...settings, suggestions: true });
    return outcome.ok ? [] : [toUnfit(operation, outcome.problems)];
  });
  const facts = { supergraph: snapshot.version, operations: operations.length, unfit };
  stdout.write(
    json === true
      ? `${JSON.stringify(facts)}\n`
      : renderUnfitOperations(unfit, operations.length, createPaint(stdout, env)),
  );
  return unfit.length;
}

async function loadOperations(files: readonly string[]): Promise<readonly ListedOperation[]> {
  const manifests: NamedManifest[] = [];
  for (const file of files) manifests.push({ file, text: await readText(file, 'a manifest') });
  const merged = mergeManifests(manifests);
  if (merged.ok) return merged.operations;
  const message = ['The manifests are not valid:', ...merged.problems].join('\n  ');
  throw new MeshgateError('CONFIG_INVALID', { message });
}

function toUnfit(
  { id, name, client }: ListedOperation,
  problems: readonly Problem[],
): UnfitOperation {
  const facts = problems.map(({ code, message, locations }) => ({
    code,
    message,
    locations: (locations ?? []).map(({ line, column }) => ({ line, column })),
  }));
  return { id, name, client, problems: facts };
}
