/**
 * A data product's folder, read and checked as a whole: each standard file for itself, then
 * one against the other. What the schema promises against what the SDL offers is a longer
 * question and has its own module, `contract-drift.ts`.
 *
 * @module
 */

import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'graphql';

import { type Contract, parseContract } from './data-contract.ts';
import { type DescriptorProblem, describeValue, type Parsed } from './descriptor-problem.ts';
import { type ExampleOperation, parseExampleOperation } from './example-operation.ts';
import { type ProductDescriptor, parseProductDescriptor } from './product-descriptor.ts';
import { parseRowRules, type RowRule } from './row-rules.ts';
import { findSubgraphPort, type SubgraphPort } from './subgraph-port.ts';

/** Everything the standard files of one data product say. */
export interface ProductFolder {
  /** Name of the folder, the subgraph, the database schema and the role: one word for all. */
  readonly name: string;
  readonly folder: URL;
  readonly descriptor: ProductDescriptor;
  readonly contract: Contract;
  readonly subgraph: SubgraphPort;
  /** Which rows a caller sees; a table without a rule has none. */
  readonly rowRules: readonly RowRule[];
  /** Text of `schema.graphql`; well-formed GraphQL, not yet composed. */
  readonly sdl: string;
  /** In the order of their file names. */
  readonly examples: readonly ExampleOperation[];
}

/** A problem and the file, relative to the product's folder, that has it. */
export interface FolderProblem extends DescriptorProblem {
  readonly file: string;
}

export type LoadedProduct =
  | { readonly ok: true; readonly product: ProductFolder }
  | { readonly ok: false; readonly problems: readonly FolderProblem[] };

export const DESCRIPTOR_FILE = 'product.odps.yaml';
export const CONTRACT_FILE = 'contract.odcs.yaml';
const SDL_FILE = 'schema.graphql';
const EXAMPLES_FOLDER = 'examples';

/**
 * Reads the standard files of a data product and checks that they agree: names, domain,
 * tenant, team, and which port promises which contract in which version.
 *
 * @param folder The product's folder, as a URL that ends in a slash.
 * @returns Every problem of every file; a missing file is a problem, not an exception.
 * @throws Errors of the file system other than "not there".
 */
export async function loadProductFolder(folder: URL): Promise<LoadedProduct> {
  const [described, contract, sdl, examples] = await Promise.all([
    readPart(folder, DESCRIPTOR_FILE, parseDescribed),
    readPart(folder, CONTRACT_FILE, parseContract),
    readPart(folder, SDL_FILE, parseSdl),
    readExamples(folder),
  ]);
  if (!described.ok || !contract.ok || !sdl.ok || !examples.ok) {
    return { ok: false, problems: [described, contract, sdl, examples].flatMap(problemsOf) };
  }

  const name = basename(fileURLToPath(folder));
  const { descriptor, rowRules } = described.value;
  const subgraph = findSubgraphPort(descriptor);
  const disagreements = subgraph.ok
    ? findDisagreements({ name, subgraph: subgraph.value }, descriptor, contract.value)
    : subgraph.problems.map((problem) => ({ ...problem, file: DESCRIPTOR_FILE }));
  if (!subgraph.ok || disagreements.length > 0) return { ok: false, problems: disagreements };

  return {
    ok: true,
    product: {
      name,
      folder,
      descriptor,
      contract: contract.value,
      subgraph: subgraph.value,
      rowRules,
      sdl: sdl.value,
      examples: examples.value,
    },
  };
}

type Part<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly FolderProblem[] };

function problemsOf(part: Part<unknown>): readonly FolderProblem[] {
  return part.ok ? [] : part.problems;
}

async function readPart<Value>(
  folder: URL,
  file: string,
  parseText: (text: string) => Parsed<Value>,
): Promise<Part<Value>> {
  const text = await readIfThere(new URL(file, folder));
  if (text === null) {
    const problem = { path: '', expected: 'a file of this name', given: 'nothing', line: null };
    return { ok: false, problems: [{ ...problem, file }] };
  }
  const parsed = parseText(text);
  if (parsed.ok) return parsed;
  return { ok: false, problems: parsed.problems.map((problem) => ({ ...problem, file })) };
}

async function readExamples(folder: URL): Promise<Part<readonly ExampleOperation[]>> {
  const names = await readdir(new URL(`${EXAMPLES_FOLDER}/`, folder)).catch(nullWhenMissing);
  const files = (names ?? []).filter((name) => name.endsWith('.graphql')).sort();
  const parts = await Promise.all(
    files.map((file) =>
      readPart(folder, `${EXAMPLES_FOLDER}/${file}`, (text) => parseExampleOperation(file, text)),
    ),
  );
  const problems = parts.flatMap(problemsOf);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: parts.flatMap((part) => (part.ok ? [part.value] : [])) };
}

function readIfThere(file: URL): Promise<string | null> {
  return readFile(file, 'utf8').catch(nullWhenMissing);
}

function nullWhenMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

function parseDescribed(text: string): Parsed<Pick<ProductFolder, 'descriptor' | 'rowRules'>> {
  const descriptor = parseProductDescriptor(text);
  if (!descriptor.ok) return descriptor;
  const rowRules = parseRowRules(text);
  if (!rowRules.ok) return rowRules;
  return { ok: true, value: { descriptor: descriptor.value, rowRules: rowRules.value } };
}

function parseSdl(text: string): Parsed<string> {
  try {
    parse(text);
    return { ok: true, value: text };
  } catch (error) {
    const given = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      problems: [{ path: '', expected: 'well-formed GraphQL SDL', given, line: null }],
    };
  }
}

/** Pairs of values that must be equal: [file, path, what belongs there, what stands there]. */
function findDisagreements(
  folder: { readonly name: string; readonly subgraph: SubgraphPort },
  descriptor: ProductDescriptor,
  contract: Contract,
): readonly FolderProblem[] {
  const { subgraph } = folder;
  const pairs: readonly (readonly [string, string, string, string])[] = [
    [DESCRIPTOR_FILE, `${subgraph.path}.name`, folder.name, subgraph.name],
    [DESCRIPTOR_FILE, `${subgraph.path}.schema`, `./${SDL_FILE}`, subgraph.schema],
    [DESCRIPTOR_FILE, 'id', `urn:dataproduct:${descriptor.domain}:${folder.name}`, descriptor.id],
    [CONTRACT_FILE, 'id', subgraph.contractId, contract.id],
    [CONTRACT_FILE, 'version', subgraph.version, contract.version],
    [CONTRACT_FILE, 'dataProduct', descriptor.id, contract.dataProduct],
    [CONTRACT_FILE, 'domain', descriptor.domain, contract.domain],
    [CONTRACT_FILE, 'tenant', descriptor.tenant, contract.tenant],
    [CONTRACT_FILE, 'team.name', descriptor.team.name, contract.team.name],
  ];
  const unequal = pairs
    .filter(([, , expected, given]) => expected !== given)
    .map(([file, path, expected, given]) => ({
      file,
      path,
      expected: describeValue(expected),
      given: describeValue(given),
      line: null,
    }));
  return [...unequal, ...findUnknownInputs(descriptor)];
}

/** An output port may only build on contracts that an input port brings in. */
function findUnknownInputs(descriptor: ProductDescriptor): readonly FolderProblem[] {
  const known = new Set(descriptor.inputPorts.map((port) => `${port.contractId} ${port.version}`));
  return descriptor.outputPorts.flatMap((port, portIndex) =>
    port.inputContracts.flatMap((input, inputIndex) =>
      known.has(`${input.id} ${input.version}`)
        ? []
        : [
            {
              file: DESCRIPTOR_FILE,
              path: `outputPorts[${portIndex}].inputContracts[${inputIndex}]`,
              expected: 'a contract of an input port, in the same version',
              given: `${input.id} ${input.version}`,
              line: null,
            },
          ],
    ),
  );
}
