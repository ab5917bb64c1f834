import { composeServices } from '@apollo/composition';
import type { GraphQLError } from 'graphql';
import { parse } from 'graphql';

/** One subgraph as composition needs it. */
export interface SubgraphSource {
  readonly name: string;
  /** Where the gateway reaches it, for example `http://127.0.0.1:4103/graphql`. */
  readonly url: string;
  /** Federation 2 schema text. */
  readonly sdl: string;
}

/** Why subgraphs do not compose: the code is the federation specification's own. */
export interface CompositionProblem {
  readonly code: string;
  readonly message: string;
  /** Subgraphs whose text the problem points at; empty when it concerns all of them. */
  readonly subgraphs: readonly string[];
}

export type CompositionOutcome =
  | { readonly ok: true; readonly supergraphSdl: string; readonly hints: readonly string[] }
  | { readonly ok: false; readonly errors: readonly CompositionProblem[] };

/**
 * Composes subgraphs into one supergraph schema.
 *
 * Pure but heavy: six small products take about a third of a second. The order
 * of the subgraphs does not change the outcome, because they are sorted by name.
 *
 * @returns The supergraph SDL and composition's hints, or every problem found.
 * @see https://specs.apollo.dev/join/v0.5/
 */
export function composeSupergraph(subgraphs: readonly SubgraphSource[]): CompositionOutcome {
  const services = [];
  const errors: CompositionProblem[] = [];
  for (const { name, url, sdl } of subgraphs.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    try {
      services.push({ name, url, typeDefs: parse(sdl) });
    } catch (error) {
      errors.push({
        code: 'SUBGRAPH_SYNTAX_INVALID',
        message: `The schema of "${name}" is not valid GraphQL: ${(error as Error).message}`,
        subgraphs: [name],
      });
    }
  }
  if (errors.length > 0) return { ok: false, errors };

  const result = composeServices(services);
  return result.errors === undefined
    ? {
        ok: true,
        supergraphSdl: result.supergraphSdl,
        hints: result.hints.map((hint) => hint.toString()),
      }
    : { ok: false, errors: result.errors.map(toProblem) };
}

function toProblem(error: GraphQLError): CompositionProblem {
  const named = new Set<string>();
  for (const node of error.nodes ?? []) {
    const { subgraph } = node as { subgraph?: string };
    if (subgraph !== undefined) named.add(subgraph);
  }
  return {
    code: String(error.extensions.code ?? 'COMPOSITION_FAILED'),
    message: error.message,
    subgraphs: [...named],
  };
}
