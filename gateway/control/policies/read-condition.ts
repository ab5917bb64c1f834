/** A part of a Cedar policy in its JSON form: one operator with what it works on. */
type Expression = Readonly<Record<string, unknown>>;

const SETS = ['scopes', 'roles', 'purposes'] as const;
const SINGLES = ['issuer', 'subject', 'domain', 'kind'] as const;

/** An attribute of a caller, and a value that a condition compares it with. */
export interface Mention {
  readonly attribute: (typeof SETS)[number] | (typeof SINGLES)[number];
  /** Null where it is asked whether there is any. */
  readonly value: string | null;
}

/** What a condition looks at. */
export interface ConditionFacts {
  readonly mentions: readonly Mention[];
  /**
   * What it looks at otherwise than by comparing with a text, in words: such as `claim regions`. Empty where
   * callers who are alike in all that is mentioned cannot be told apart by the condition.
   */
  readonly others: readonly string[];
}

const SET_NAMES: ReadonlySet<unknown> = new Set(SETS);
const SINGLE_NAMES: ReadonlySet<unknown> = new Set(SINGLES);
const CONNECTIVES: ReadonlySet<string> = new Set(['&&', '||', '!', 'if-then-else']);

/**
 * Finds what a condition looks at of a caller.
 *
 * @param body In the JSON form of Cedar.
 * @see https://docs.cedarpolicy.com/policies/json-format.html
 */
export function readCondition(body: unknown): ConditionFacts {
  const mentions: Mention[] = [];
  const others = new Set<string>();
  const visit = (expression: Expression): void => {
    const [operator, operand] = entryOf(expression);
    if (CONNECTIVES.has(operator)) {
      for (const part of Object.values(operand)) visit(toExpression(part));
      return;
    }
    const found = readComparison(operator, operand, expression);
    if (found === null) for (const name of namesIn(expression)) others.add(name);
    else mentions.push(...found);
  };
  visit(toExpression(body));
  return { mentions, others: [...others].sort() };
}

/** @returns Null for what is no comparison of one attribute with texts. */
function readComparison(
  operator: string,
  operand: Expression,
  expression: Expression,
): readonly Mention[] | null {
  const [left, right] = [toExpression(operand.left), toExpression(operand.right)];
  switch (operator) {
    case 'Value':
      return [];
    case '.':
      return attributeOf(expression) === 'authenticated' ? [] : null;
    case 'has':
      return isVariable(left, 'principal') ? toMentions(singleIn(operand.attr), [null]) : null;
    case '==':
    case '!=':
      return readEquality(left, right);
    case 'in':
      return isAboutRequest(left) ? [] : null;
    case 'contains':
      return (
        toMentions(setIn(attributeOf(left)), textsIn(right)) ??
        toMentions(singleIn(attributeOf(right)), textsIn(left))
      );
    case 'containsAny':
      return (
        toMentions(setIn(attributeOf(left)), textsIn(right)) ??
        toMentions(setIn(attributeOf(right)), textsIn(left))
      );
    case 'containsAll':
      return toMentions(setIn(attributeOf(left)), textsIn(right));
    default:
      return null;
  }
}

function readEquality(left: Expression, right: Expression): readonly Mention[] | null {
  if (isAboutRequest(left) || isAboutRequest(right)) return [];
  if (attributeOf(left) === 'authenticated' && typeof right.Value === 'boolean') return [];
  return (
    toMentions(singleIn(attributeOf(left)), textsIn(right)) ??
    toMentions(singleIn(attributeOf(right)), textsIn(left))
  );
}

function toMentions(
  attribute: Mention['attribute'] | null,
  values: readonly (string | null)[] | null,
): readonly Mention[] | null {
  if (attribute === null || values === null) return null;
  return values.map((value) => ({ attribute, value }));
}

/** The names of all that is looked at of a caller. */
function namesIn(expression: Expression): readonly string[] {
  const names: string[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [operator, operand] of Object.entries(part)) {
      const attribute = attributeOf({ [operator]: operand });
      if (attribute !== null) names.push(attribute);
      else if (operator === 'getTag' || operator === 'hasTag') {
        const [claim = '(any)'] = textsIn(toExpression(toExpression(operand).right)) ?? [];
        names.push(`claim ${claim}`);
      } else visit(operand);
    }
  };
  visit(expression);
  return names.length === 0 ? ['who the caller is'] : names;
}

/** `principal.NAME`; null for anything else. */
function attributeOf(expression: Expression): string | null {
  const [operator, { left, attr }] = entryOf(expression);
  if (operator !== '.' || !isVariable(toExpression(left), 'principal')) return null;
  return typeof attr === 'string' ? attr : null;
}

function singleIn(name: unknown): Mention['attribute'] | null {
  // Cedar writes what is asked for by `has` as a path.
  const [only] = Array.isArray(name) && name.length === 1 ? name : [name];
  return SINGLE_NAMES.has(only) ? (only as Mention['attribute']) : null;
}

function setIn(name: unknown): Mention['attribute'] | null {
  return SET_NAMES.has(name) ? (name as Mention['attribute']) : null;
}

/** A text, or texts in a set; null for anything else. */
function textsIn(expression: Expression): readonly string[] | null {
  const { Value: value, Set: set } = expression;
  if (typeof value === 'string') return [value];
  const values: readonly unknown[] | null = Array.isArray(value)
    ? value
    : Array.isArray(set)
      ? set.map((one) => toExpression(one).Value)
      : null;
  return values?.every((one) => typeof one === 'string') === true ? values : null;
}

/** The policy that is asked for, and the action, are the same for all callers. */
function isAboutRequest(expression: Expression): boolean {
  return isVariable(expression, 'resource') || isVariable(expression, 'action');
}

function isVariable(expression: Expression, name: string): boolean {
  return expression.Var === name;
}

function entryOf(expression: Expression): readonly [operator: string, operand: Expression] {
  const [operator = '', operand] = Object.entries(expression)[0] ?? [];
  return [operator, toExpression(operand)];
}

function toExpression(part: unknown): Expression {
  return typeof part === 'object' && part !== null ? (part as Expression) : {};
}
