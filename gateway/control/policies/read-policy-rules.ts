import { type PolicyJson, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { invariant } from '../../../shared/lang/invariant.ts';
import type { PolicyText } from './compile-policies.ts';
import { type Mention, readCondition } from './read-condition.ts';

/** One rule in Cedar, as far as it matters who can be told apart by it. */
export interface PolicyRule {
  /** The name of `@policy` that it is about; null for any. */
  readonly name: string | null;
  /** The same for two rules that say the same in the same order, whatever their spaces, comments and annotations. */
  readonly content: string;
  readonly mentions: readonly Mention[];
  /** What it looks at otherwise than by comparing with a text, in words. */
  readonly others: readonly string[];
}

/** Reads what valid rules look at. */
export function readPolicyRules(rules: readonly PolicyText[]): readonly PolicyRule[] {
  return rules.map(({ text }) => {
    const answer = policyToJson(text);
    invariant(answer.type === 'success', 'a policy that was validated can be read');
    const { effect, principal, action, resource, conditions } = answer.json;
    const facts = conditions.map(({ body }) => readCondition(body));
    const isForAnybody = principal.op === 'All' || (principal.op === 'is' && !('in' in principal));
    return {
      name: findName(resource),
      content: JSON.stringify({ effect, principal, action, resource, conditions }),
      mentions: facts.flatMap(({ mentions }) => mentions),
      others: [
        ...(isForAnybody ? [] : ['who the caller is']),
        ...facts.flatMap(({ others }) => others),
      ],
    };
  });
}

function findName(resource: PolicyJson['resource']): string | null {
  if (resource.op !== '==' || !('entity' in resource)) return null;
  const { entity } = resource;
  return '__entity' in entity ? entity.__entity.id : entity.id;
}
