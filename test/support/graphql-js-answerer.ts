import {
  buildSchema,
  type ExecutionResult,
  execute,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import type { AnswerGraphql, EdgeAnswer } from '../../gateway/http/edge-types.ts';

const schema = buildSchema(/* GraphQL */ `
  type Query {
    "Greets by name."
    hello(name: String = "mesh"): String!
    "Echoes the caller's authorization header."
    authorization: String
  }
  type Mutation {
    "Counts one up."
    count: Int!
  }
`);

/** A small answerer over graphql-js, for tests of the edge alone: it keeps the specification's statuses. */
export function createGraphqlJsAnswerer(): AnswerGraphql {
  let count = 0;

  return async ({ parameters, method, authorization }) => {
    const { query, operationName, variables } = parameters;
    try {
      const document = parse(query ?? '');
      const errors = validate(schema, document);
      if (errors.length > 0) return toAnswer({ errors });
      const operation = getOperationAST(document, operationName);
      if (operation?.operation === 'mutation' && method === 'GET') {
        const body = '{"errors":[{"message":"Send mutations by POST."}]}';
        return { status: 405, jsonStatus: 405, body, headers: { allow: 'POST' } };
      }
      const rootValue = {
        hello: ({ name }: { name: string }) => `Hello ${name}`,
        authorization,
        count: () => ++count,
      };
      const result = await execute({
        schema,
        document,
        rootValue,
        operationName,
        variableValues: variables,
      });
      return toAnswer(result);
    } catch (error) {
      return toAnswer({ errors: [error] });
    }
  };
}

function toAnswer(result: ExecutionResult | { readonly errors: readonly unknown[] }): EdgeAnswer {
  return {
    status: 'data' in result ? 200 : 400,
    jsonStatus: 200,
    body: JSON.stringify(result),
  };
}
