import type { GatewayConfig } from '../../config/config-schema.ts';
import type { GraphqlParameters } from '../../http/edge-types.ts';
import type { Principal } from '../../identity/principal.ts';
import { type ExplainedPath, explainSelections } from '../../operation/explain-selections.ts';
import { createIsShown, type IsShown } from '../../operation/is-shown.ts';
import { type ClassificationOf, openRights } from '../../operation/operation-shape.ts';
import type { PreparedOperation } from '../../operation/prepare-operation.ts';
import { type AccessReason, withRulesNotNow } from '../../policy/access-reasons.ts';
import type { CallerRights } from './create-rights-of.ts';

/**
 * Says why something of an operation is refused or masked, where the request asks for it by
 * `extensions: { "access": true }` and the caller may know.
 *
 * @returns JSON for `extensions.access`; undefined where nothing is said. Never a value, nor a name
 *   that introspection hides from the caller.
 */
export type ExplainAccess = (
  parameters: Pick<GraphqlParameters, 'extensions' | 'variables'>,
  principal: Principal,
  rights: CallerRights,
  prepared: PreparedOperation,
) => string | undefined;

/** Creates an `ExplainAccess`. Requests that do not ask cost one comparison. */
export function createExplainAccess(
  {
    EXPLAIN_ACCESS: to,
    INTROSPECTION_SHOWS: shows,
  }: Pick<GatewayConfig, 'EXPLAIN_ACCESS' | 'INTROSPECTION_SHOWS'>,
  classificationOf: ClassificationOf,
): ExplainAccess {
  const isShownTo = createIsShown(shows === 'usable', classificationOf);
  return ({ extensions, variables }, principal, rights, prepared) => {
    if (extensions?.access !== true || to === 'off') return undefined;
    if (to === 'authenticated' && !principal.authenticated) return undefined;
    const caller = openRights(rights, prepared.snapshot, classificationOf);
    const isShown = isShownTo(prepared.snapshot, caller);
    const paths = explainSelections(prepared, variables)
      .map((explained) => onlyShown(explained, isShown))
      .filter(({ reasons }) => reasons.length > 0);
    const classification = classificationOf(prepared.snapshot);
    const timed = paths.map(({ reasons, ...explained }) => ({
      ...explained,
      reasons: reasons.map((reason) => withRulesNotNow(reason, rights, classification)),
    }));
    return JSON.stringify(timed.map((explained) => toFacts(explained, principal)));
  };
}

function onlyShown(explained: ExplainedPath, isShown: IsShown): ExplainedPath {
  const { coordinate } = explained;
  if (coordinate !== null && !isShown(coordinate)) return { ...explained, reasons: [] };
  const reasons = explained.reasons.filter(
    (reason) => reason.coordinate !== null && isShown(reason.coordinate),
  );
  return { ...explained, reasons };
}

function toFacts({ reasons, ...explained }: ExplainedPath, principal: Principal) {
  return {
    ...explained,
    reasons: reasons.map((reason) => {
      if (reason.reason !== 'REQUIREMENT_NOT_MET') return reason;
      const { element: _, ...facts } = reason;
      return facts;
    }),
    howToRequest: reasons.flatMap((reason) => toRequests(reason, principal)),
  };
}

/** A request for each product that has to grant the element. Only a known caller can be granted something. */
function toRequests(reason: AccessReason, { issuer, subject }: Principal) {
  if (reason.reason !== 'REQUIREMENT_NOT_MET' || issuer === null || subject === null) return [];
  const { coordinate, products } = reason.element ?? { coordinate: '', products: [] };
  return products.map((product) => ({
    product,
    command: [
      ...['meshgate access request --product', quote(product), '--field', quote(coordinate)],
      ...['--issuer', quote(issuer), '--as', quote(subject), '--purpose', quote('<purpose>')],
    ].join(' '),
  }));
}

/** As one word for a POSIX shell: names come from tokens and may hold anything. */
function quote(word: string): string {
  return /^[\w.:/@+-]+$/.test(word) && !word.startsWith('-')
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
