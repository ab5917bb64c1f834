import { z } from 'zod';

import type { Parsed } from './descriptor-problem.ts';
import type { ProductDescriptor } from './product-descriptor.ts';
import { findCustomProperty, slug, text } from './standard-parts.ts';

/** The output port through which a product joins the supergraph. */
export interface SubgraphPort {
  /** Name of the subgraph in the supergraph. */
  readonly name: string;
  /** The SDL file, relative to the product's folder. */
  readonly schema: string;
  /** Where the product answers, unless whoever starts it says otherwise. */
  readonly routingUrl: URL;
  /** Version of the port. */
  readonly version: string;
  /** The contract the port promises. */
  readonly contractId: string;
  /** Where the declaration stands in the descriptor. */
  readonly path: string;
}

const declaration = z.strictObject({
  name: slug,
  schema: text,
  routingUrl: z.url({ protocol: /^https?$/, error: 'an http or https URL' }),
});

/** Finds the one output port of type `graphql` and its custom property `subgraph`. */
export function findSubgraphPort(descriptor: ProductDescriptor): Parsed<SubgraphPort> {
  const ports = descriptor.outputPorts.filter((port) => port.type === 'graphql');
  const [port] = ports;
  if (port === undefined || ports.length > 1) {
    const expected = 'one port of type graphql';
    return refuse('outputPorts', expected, `${ports.length} ports of type graphql`);
  }

  const path = `outputPorts[${descriptor.outputPorts.indexOf(port)}].customProperties.subgraph`;
  const checked = declaration.safeParse(findCustomProperty(port.customProperties, 'subgraph'));
  if (!checked.success) {
    const given = checked.error.issues.map((issue) => issue.message).join('; ');
    return refuse(path, 'a mapping of name, schema and routingUrl', given);
  }
  return {
    ok: true,
    value: {
      name: checked.data.name,
      schema: checked.data.schema,
      routingUrl: new URL(checked.data.routingUrl),
      version: port.version,
      contractId: port.contractId,
      path,
    },
  };
}

function refuse(path: string, expected: string, given: string): Parsed<SubgraphPort> {
  return { ok: false, problems: [{ path, expected, given, line: null }] };
}
