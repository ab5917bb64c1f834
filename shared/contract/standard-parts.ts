/**
 * What ODPS 1.0.0 and ODCS 3.1.0 have in common.
 *
 * Both standards close their objects; extensions live in `customProperties` only, and
 * these schemas are as strict. Where the standards allow free text and the project needs
 * a fixed vocabulary (status, team roles), it is fixed here.
 *
 * @module
 */

import { z } from 'zod';

/** @see https://semver.org/ clause 2 and 9. */
export const semanticVersion = z
  .string()
  .regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/, {
    error: 'a semantic version such as 1.2.0',
  });

/** Lower-case words joined by hyphens: names of products, domains, tenants, teams and ports. */
export const slug = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, { error: 'lower-case words joined by hyphens' });

/** What an element is called inside its contract; the standard's `StableId`. */
export const stableId = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, { error: 'letters, digits, underscores and hyphens' });

export const text = z.string().trim().min(1, { error: 'a text that is not empty' });

export const productUrn = z
  .string()
  .regex(/^urn:dataproduct:[a-z0-9-]+:[a-z0-9-]+$/, { error: 'urn:dataproduct:<domain>:<name>' });

export const contractUrn = z
  .string()
  .regex(/^urn:datacontract:[a-z0-9-]+:[a-z0-9-]+$/, { error: 'urn:datacontract:<domain>:<name>' });

/** The life cycle both standards name in their text; neither schema enforces it. */
export const status = z.enum(['proposed', 'draft', 'active', 'deprecated', 'retired']);

const day = z.iso.date({ error: 'a date such as 2026-01-10' });

export const instant = z.iso.datetime({ error: 'a UTC timestamp such as 2026-01-10T09:00:00Z' });

export const tags = z.array(text).default([]);

const customProperty = z.strictObject({
  property: z.string().regex(/^[a-z][A-Za-z0-9]*$/, { error: 'a name in camel case' }),
  value: z.unknown().refine((value) => value !== undefined, { error: 'a value' }),
  description: text.optional(),
});
export const customProperties = z.array(customProperty).default([]);
export type CustomProperties = z.output<typeof customProperties>;

export const authoritativeDefinitions = z
  .array(z.strictObject({ type: text, url: text, description: text.optional() }))
  .default([]);

export const description = z.strictObject({
  purpose: text,
  usage: text.optional(),
  limitations: text.optional(),
  customProperties,
});

export const support = z
  .array(
    z.strictObject({
      channel: text,
      url: z.url(),
      description: text.optional(),
      tool: text.optional(),
      scope: z.enum(['interactive', 'announcements', 'issues']).optional(),
    }),
  )
  .default([]);

/**
 * Who answers for a product (owner), for its rules (steward), for its code (engineer) and for the
 * domain that it is of (domain lead).
 */
export const team = z
  .strictObject({
    name: slug,
    description: text.optional(),
    members: z
      .array(
        z.strictObject({
          username: text,
          name: text.optional(),
          role: z.enum(['owner', 'steward', 'engineer', 'domain lead']),
          dateIn: day.optional(),
          dateOut: day.optional(),
          replacedByUsername: text.optional(),
        }),
      )
      .min(1),
  })
  .refine((value) => value.members.some((member) => member.role === 'owner'), {
    error: 'at least one member with the role owner',
    path: ['members'],
  })
  .refine((value) => value.members.some((member) => member.role === 'steward'), {
    error: 'at least one member with the role steward',
    path: ['members'],
  });

/**
 * Looks an extension up.
 *
 * @returns The value, which may be null, or undefined when there is no such property.
 */
export function findCustomProperty(properties: CustomProperties, name: string): unknown {
  return properties.find((candidate) => candidate.property === name)?.value;
}
