import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useMemo } from 'react';
import { createFetcher } from './create-fetcher.ts';
import { ExampleFooter } from './example-footer.tsx';
import { type ExampleOperation, firstExamples, formatVariables } from './example-operation.ts';
import { createExamplesPlugin } from './examples-plugin.tsx';
import { FollowActiveTab } from './follow-active-tab.tsx';
import { TokenField } from './token-field.tsx';
import { useAccessToken } from './use-access-token.ts';

const WELCOME = `# Ask any data product here; the schema is behind the first symbol on the left.

query Hello {
  __typename
}
`;

/** The whole page: who asks above, what is asked below. */
export function Playground({ examples }: { readonly examples: readonly ExampleOperation[] }) {
  const [token, setToken] = useAccessToken();
  // GraphiQL loads the schema again for each new fetcher, because the schema depends on the token.
  const fetcher = useMemo(() => createFetcher(token), [token]);
  const plugins = useMemo(() => [createExamplesPlugin(examples), HISTORY_PLUGIN], [examples]);
  const tabs = useMemo(
    () =>
      firstExamples(examples).map((example) => ({
        query: example.query,
        variables: formatVariables(example),
      })),
    [examples],
  );
  return (
    <>
      <header className="bar">
        <h1>
          <a href="/">Meshgate</a> <span>Playground</span>
        </h1>
        <TokenField token={token} onChange={setToken} />
      </header>
      <main>
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          defaultQuery={WELCOME}
          defaultEditorToolsVisibility="variables"
          {...(tabs.length > 0 ? { defaultTabs: tabs } : {})}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
          <GraphiQL.Footer>
            <FollowActiveTab />
            <ExampleFooter examples={examples} />
          </GraphiQL.Footer>
        </GraphiQL>
      </main>
    </>
  );
}
