/**
 * `product.odps.yaml`: what a data product is, who owns it, what it takes in and
 * what it promises. The parts of ODPS 1.0.0 that the mesh uses, typed.
 *
 * @see https://github.com/bitol-io/open-data-product-standard
 * @module
 */

import { z } from 'zod';

import type { Parsed } from './descriptor-problem.ts';
import { parseDescriptor } from './parse-descriptor.ts';
import {
  authoritativeDefinitions,
  contractUrn,
  customProperties,
  description,
  instant,
  productUrn,
  semanticVersion,
  slug,
  status,
  support,
  tags,
  team,
  text,
} from './standard-parts.ts';

const inputPort = z.strictObject({
  name: slug,
  version: semanticVersion,
  contractId: contractUrn,
  tags,
  customProperties,
});

const outputPort = z.strictObject({
  name: slug,
  version: semanticVersion,
  /** Free text in the standard; this is the mesh's vocabulary. */
  type: z.enum(['graphql', 'rest', 'file', 'stream', 'sql', 'ai']),
  description: text,
  contractId: contractUrn,
  inputContracts: z
    .array(z.strictObject({ id: contractUrn, version: semanticVersion }))
    .default([]),
  tags,
  customProperties,
});

const managementPort = z.strictObject({
  name: slug,
  content: z.enum(['discoverability', 'observability', 'control', 'dictionary']),
  type: z.enum(['rest', 'topic']).default('rest'),
  url: z.url().optional(),
  channel: text.optional(),
  description: text.optional(),
  customProperties,
});

const productDescriptor = z.strictObject({
  apiVersion: z.literal('v1.0.0'),
  kind: z.literal('DataProduct'),
  id: productUrn,
  name: text,
  version: semanticVersion,
  status,
  domain: slug,
  tenant: slug,
  description,
  tags,
  authoritativeDefinitions,
  team,
  support,
  inputPorts: z.array(inputPort).min(1),
  outputPorts: z.array(outputPort).min(1),
  managementPorts: z.array(managementPort).default([]),
  customProperties,
  productCreatedTs: instant.optional(),
});

export type ProductDescriptor = Readonly<z.output<typeof productDescriptor>>;

/** Reads the text of a `product.odps.yaml`. Never throws; every problem comes with its line. */
export function parseProductDescriptor(text: string): Parsed<ProductDescriptor> {
  return parseDescriptor(productDescriptor, text);
}
