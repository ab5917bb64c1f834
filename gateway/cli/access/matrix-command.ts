import { type Command, InvalidArgumentError, Option } from 'commander';

import { decideOverTime, type TimedAccess } from '../../control/governance/decide-over-time.ts';
import { decideReadable, listReadableElements } from '../../control/governance/list-readable.ts';
import type { AccessReason } from '../../policy/access-reasons.ts';
import { MASK_NAMES, parseMaskName } from '../../policy/mask-name.ts';
import type {
  GrantedElements,
  GrantedMask,
  ProtectedElement,
  Rights,
} from '../../policy/requirement.ts';
import { collectWindows, findWindowStates } from '../../policy/windows/window-states.ts';
import type { CommandTools } from '../command-tools.ts';
import { renderColumns } from '../terminal/render-columns.ts';
import { collectText, parseText } from './access-options.ts';
import { describeCondition } from './describe-condition.ts';
import { describeReason } from './describe-reason.ts';
import { loadRulesVersion, loadSupergraphFile } from './read-access-files.ts';

/** What was granted in masked form; a mask of null leaves it to the rules. */
interface MaskedGrantOption extends GrantedMask {
  readonly coordinate: string;
}

interface MatrixOptions {
  readonly supergraph?: string;
  readonly rules?: string;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly domain?: string;
  readonly purpose?: string;
  readonly policy: readonly string[];
  readonly grant: readonly string[];
  readonly maskedGrant: readonly MaskedGrantOption[];
  /** Epoch milliseconds. */
  readonly at?: number;
  readonly authenticated?: true;
  readonly anonymous?: true;
  readonly json?: true;
}

/** Adds `meshgate access matrix`, which needs no database. */
export function addMatrixCommand(access: Command, tools: CommandTools): void {
  const names = (flags: string, description: string) =>
    new Option(flags, description).argParser(parseNames).default([], 'none');
  const repeated = (flags: string, description: string) =>
    new Option(flags, description).argParser(collectText).default([], 'none');
  access
    .command('matrix')
    .description('show what a caller with some rights can read, field by field; needs no database')
    .option(
      '--supergraph <file>',
      'supergraph (default: composed of the products of this installation)',
    )
    .option('--rules <file>', 'governance rules (default: those that come with the gateway)')
    .addOption(names('--scopes <scopes>', 'scopes of the caller, with spaces between them'))
    .addOption(names('--roles <roles>', 'roles of the caller, with spaces between them'))
    .option('--domain <domain>', 'domain of the caller', parseText)
    .option('--purpose <purpose>', 'what the request is for', parseText)
    .addOption(repeated('--policy <name>', 'a policy that holds for the caller; may be repeated'))
    .addOption(
      repeated('--grant <coordinate>', 'a type or field that was granted; may be repeated'),
    )
    .addOption(
      new Option(
        '--masked-grant <coordinate>',
        'a type or field that was granted in masked form, such as Account.phone or Account.phone=keepLast:4; may be repeated',
      )
        .argParser(collectMasked)
        .default([], 'none'),
    )
    .option('--authenticated', 'a known caller (default when anything is said about the caller)')
    .addOption(
      new Option('--anonymous', 'a caller who is not known').conflicts([
        ...['authenticated', 'scopes', 'roles', 'domain', 'purpose', 'grant'],
        'maskedGrant',
      ]),
    )
    .option(
      '--at <time>',
      'when the request is made, such as 2026-03-02T18:30:00+01:00 (default: at any time)',
      parseInstant,
    )
    .option('--json', 'print the facts as JSON')
    .action(async (options: MatrixOptions) => {
      const { supergraph, decided } = await decide(options);
      tools.stdout.write(
        options.json === true
          ? `${JSON.stringify({ supergraph, elements: decided.map(toJson) })}\n`
          : toText(decided),
      );
    });
}

async function decide(options: MatrixOptions) {
  const snapshot = await loadSupergraphFile(options.supergraph);
  const { rules, classification } = await loadRulesVersion(options.rules, snapshot);
  const elements = listReadableElements(snapshot);
  const rights = toRights(options);
  const windows = collectWindows(rules);
  if (options.at === undefined) {
    const decided = decideOverTime(elements, rights, classification, windows);
    return { supergraph: snapshot.version, decided };
  }
  const at = { ...rights, windows: findWindowStates(windows, options.at) };
  const decided = decideReadable(elements, at, classification);
  return { supergraph: snapshot.version, decided: decided.map((one) => ({ ...one, when: [] })) };
}

function toRights(options: MatrixOptions): Rights {
  const { scopes, roles, domain = null, purpose = null, policy, grant, maskedGrant } = options;
  const isSomebody =
    [...scopes, ...roles, ...grant, ...maskedGrant].length > 0 ||
    domain !== null ||
    purpose !== null;
  return {
    authenticated: options.authenticated === true || isSomebody,
    scopes: new Set(scopes),
    policies: new Set(policy),
    roles: new Set(roles),
    domain,
    purpose,
    grants: toGrants(new Set(grant), maskedGrant),
  };
}

function toGrants(
  full: ReadonlySet<string>,
  masked: readonly MaskedGrantOption[],
): GrantedElements | null {
  if (full.size + masked.length === 0) return null;
  const covers = ({ coordinate }: ProtectedElement) => full.has(coordinate);
  if (masked.length === 0) return { covers };
  const maskOf = ({ coordinate }: ProtectedElement) =>
    full.has(coordinate) ? null : (masked.find((one) => one.coordinate === coordinate) ?? null);
  return { covers, maskOf };
}

function collectMasked(
  given: string,
  earlier: readonly MaskedGrantOption[],
): readonly MaskedGrantOption[] {
  const [coordinate = '', name] = parseText(given).split('=');
  const mask = name === undefined ? null : parseMaskName(name);
  if (mask !== null || name === undefined) return [...earlier, { coordinate, mask }];
  throw new InvalidArgumentError(`Expected a mask after =, one of ${MASK_NAMES}.`);
}

function parseNames(given: string): readonly string[] {
  return parseText(given)
    .split(' ')
    .filter((name) => name !== '');
}

/** A time with a zone, so that it is one moment wherever the command runs. */
function parseInstant(given: string): number {
  const atMs = /T.*(?:Z|[+-]\d\d:\d\d)$/.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new InvalidArgumentError(
    'Expected a time with its zone, such as 2026-03-02T18:30:00+01:00 or 2026-03-02T17:30:00Z.',
  );
}

/** What is the same at any time has nothing to say about it. */
function toText(decided: readonly TimedAccess[]): string {
  const isTimed = decided.some(({ when }) => when.length > 0);
  const rows = decided.map((one) => {
    const [element = '', read = '', why = ''] = toRow(one);
    return isTimed ? [element, read, toTimes(one), why] : [element, read, why];
  });
  const header = isTimed ? ['element', 'read', 'when', 'why'] : ['element', 'read', 'why'];
  return renderColumns(header, rows);
}

function toTimes({ when }: TimedAccess): string {
  return when.map(describeCondition).join(' or ');
}

function toRow({ coordinate, read, reasons }: TimedAccess): readonly string[] {
  const [first] = reasons;
  const masked =
    first?.reason === 'RULE_MASKS' || first?.reason === 'GRANTED_MASKED' ? first.mask : null;
  const form = read === 'masked' && masked !== null ? ` (${masked})` : '';
  const why = reasons.map((reason) => describeReason(reason, coordinate)).join('; ');
  return [coordinate, `${read}${form}`, why];
}

function toJson({ reasons, when, ...facts }: TimedAccess) {
  const timed = when.length === 0 ? facts : { ...facts, when };
  return { ...timed, reasons: reasons.map(toReasonFacts) };
}

/** Without what only the gateway needs of it. */
function toReasonFacts(reason: AccessReason) {
  if (reason.reason !== 'REQUIREMENT_NOT_MET') return reason;
  const { element, ...facts } = reason;
  return { ...facts, products: element?.products ?? [] };
}
