import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { collectMentionedRights, type MentionedRights } from '../policy/authorization-shape.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import { checkDocumentLimits, type DocumentLimits } from './document-limits.ts';
import { expandSelections } from './expand-selections.ts';
import { collectOperationMarks, type OperationMarks } from './operation-marks.ts';
import {
  collectSelectionRequirements,
  type SelectionRequirements,
} from './operation-requirements.ts';
import type { Selection } from './selection.ts';

/** How strict preparation is, and how much it tells. */
export interface PreparationSettings {
  readonly limits: DocumentLimits;
  readonly introspection: boolean;
  /** Whether messages may suggest names that exist; off in production, where they map the schema. */
  readonly suggestions: boolean;
  /** Whether what a caller may not use is only found out and not taken out. */
  readonly dryRun: boolean;
  /** Whether introspection shows a caller only what that caller can use. */
  readonly narrowsIntrospection: boolean;
  /** Whether products are asked for the keys of entities of which something with a class is shown. */
  readonly asksForKeys?: boolean;
}

/** An operation that is valid for one snapshot, before anything about the caller is known. */
export interface ParsedOperation {
  readonly name: string | null;
  readonly kind: 'query' | 'mutation';
  readonly definition: OperationDefinitionNode;
  readonly selections: readonly Selection[];
  readonly requirements: SelectionRequirements;
  readonly mentioned: MentionedRights;
  readonly marks: OperationMarks;
  /** Whether it introspects and its answer depends on all rights there are. */
  readonly introspectsByRights: boolean;
  /** Variables that `@skip` and `@include` depend on, sorted. */
  readonly conditionVariables: readonly string[];
}

type Refusal = Extract<ParseOutcome, { ok: false }>;

export type ParseOutcome =
  | { readonly ok: true; readonly parsed: ParsedOperation }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** What was asked for, as far as that could be read; the method of a request depends on it. */
      readonly kind: 'query' | 'mutation' | 'subscription' | null;
    };

const ERRORS_REPORTED = 10;

const INTROSPECTION_DISABLED: Problem = {
  code: 'INTROSPECTION_DISABLED',
  message:
    'This gateway does not answer introspection; ask the people who run it for the schema, or use a gateway in development mode.',
};

/**
 * Parses, bounds and validates the text of a document and picks its operation.
 *
 * @param operationName Null picks the only operation.
 * @returns Never throws. Problems carry GRAPHQL_*, DOCUMENT_*_EXCEEDED, OPERATION_* or
 *   INTROSPECTION_DISABLED, at most ten of them.
 * @see https://spec.graphql.org/October2021/#sec-Validation
 */
export function parseOperation(
  text: string,
  operationName: string | null,
  snapshot: SupergraphSnapshot,
  settings: PreparationSettings,
): ParseOutcome {
  const document = parseText(text, settings.limits.tokens);
  if (!('kind' in document)) return refuse(null, document);
  const operation = pickOperation(document, operationName);
  if (!('kind' in operation)) return refuse(null, operation);
  const kind = operation.operation;
  if (kind === OperationTypeNode.SUBSCRIPTION) {
    return refuse(kind, {
      code: 'OPERATION_KIND_UNSUPPORTED',
      message: 'This gateway answers queries and mutations; the operation is a subscription.',
    });
  }
  const rootType = snapshot.schema.getRootType(kind);
  if (!rootType) {
    // Validation has no rule for this.
    return refuse(kind, {
      code: 'OPERATION_KIND_UNSUPPORTED',
      message: `No data product of this supergraph offers a ${kind}.`,
    });
  }
  const exceeded = checkDocumentLimits(document, operation, settings.limits);
  if (exceeded !== null) return refuse(kind, exceeded);
  const invalid = validateDocument(document, snapshot, settings);
  if (invalid.length > 0) return refuse(kind, ...invalid);

  const selections = expandSelections(
    snapshot.schema,
    operation,
    fragmentsOf(document),
    settings.limits.selections,
  );
  if (selections === null) {
    return refuse(kind, {
      code: 'DOCUMENT_SELECTIONS_EXCEEDED',
      message: `The document may select at most ${settings.limits.selections} fields and fragments once its fragments are written out, and selects more; split it into several requests.`,
      details: { limit: settings.limits.selections },
    });
  }
  const requirements = collectSelectionRequirements(
    rootType.name,
    selections,
    snapshot.requirements,
    snapshot.lattice,
  );
  const introspectsByRights = settings.narrowsIntrospection && selections.some(introspects);
  const { ofType, ofField } = snapshot.requirements;
  const mentioned = introspectsByRights
    ? [...ofType.values(), ...ofField.values()]
    : [...requirements.values()].flat();
  return {
    ok: true,
    parsed: {
      name: operation.name?.value ?? null,
      kind,
      definition: operation,
      selections,
      requirements,
      mentioned: collectMentionedRights(mentioned),
      marks: collectOperationMarks(rootType.name, selections, operation, snapshot),
      introspectsByRights,
      conditionVariables: conditionVariablesOf(selections),
    },
  };
}

function refuse(kind: Refusal['kind'], ...problems: readonly Problem[]): ParseOutcome {
  return { ok: false, problems, kind };
}

function parseText(text: string, tokens: number): DocumentNode | Problem {
  try {
    return parse(text, { maxTokens: tokens, noLocation: false });
  } catch (error) {
    const tooLong = (error as Error).message.includes('Document contains more that');
    if (tooLong) {
      return {
        code: 'DOCUMENT_TOKENS_EXCEEDED',
        message: `The document may have at most ${tokens} tokens and has more.`,
        details: { limit: tokens },
      };
    }
    return toProblem('GRAPHQL_PARSE_FAILED', error as GraphQLError, true);
  }
}

function pickOperation(
  document: DocumentNode,
  name: string | null,
): OperationDefinitionNode | Problem {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const code: ErrorCode = 'OPERATION_NAME_UNKNOWN';
  if (name === null) {
    const [only, another] = operations;
    if (only !== undefined && another === undefined) return only;
    const message =
      only === undefined
        ? 'The document holds no operation; expected a query or a mutation.'
        : `The document holds ${operations.length} operations; say which one to run with operationName.`;
    return { code, message };
  }
  const named = operations.find((operation) => operation.name?.value === name);
  return named ?? { code, message: 'The document holds no operation of the name that was given.' };
}

function validateDocument(
  document: DocumentNode,
  snapshot: SupergraphSnapshot,
  settings: PreparationSettings,
): readonly Problem[] {
  const problems = validate(snapshot.schema, document, specifiedRules, {
    maxErrors: ERRORS_REPORTED,
  }).map((error) => toProblem('GRAPHQL_VALIDATION_FAILED', error, settings.suggestions));
  if (problems.length > 0 || settings.introspection) return problems;
  const introspects =
    validate(snapshot.schema, document, [NoSchemaIntrospectionCustomRule]).length > 0;
  return introspects ? [INTROSPECTION_DISABLED] : [];
}

/** What graphql-js says where comparing the fields of a document with each other exceeds its own bound. */
const COMPARISON_ENDED = 'Validation aborted.';

const TOO_OFTEN =
  'The document selects the same fields so often that it was given up to check whether they fit together; write each field of an object once.';

function toProblem(code: ErrorCode, error: GraphQLError, suggestions: boolean): Problem {
  if (error.message === COMPARISON_ENDED) return { code, message: TOO_OFTEN };
  const message = suggestions ? error.message : error.message.replace(/ Did you mean [^?]*\?/g, '');
  return error.locations === undefined
    ? { code, message }
    : { code, message, locations: error.locations };
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  return fragments;
}

/** `__schema` and `__type` stand at the root, or in fragments of it. */
function introspects(selection: Selection): boolean {
  if (selection.kind === 'fragment') return selection.selections.some(introspects);
  return selection.name === '__schema' || selection.name === '__type';
}

function conditionVariablesOf(selections: readonly Selection[]): readonly string[] {
  const variables = new Set<string>();
  const visit = (selection: Selection): void => {
    for (const { variable } of selection.conditions) variables.add(variable);
    selection.selections?.forEach(visit);
  };
  selections.forEach(visit);
  return [...variables].sort();
}
