import { useGraphiQL } from '@graphiql/react';
import { ExampleNeeds, TokenCommand } from './example-needs.tsx';
import { type ExampleOperation, isOpenToAll } from './example-operation.ts';

/** Below the answer: what the example in the active tab needs, and how to get it. */
export function ExampleFooter({ examples }: { readonly examples: readonly ExampleOperation[] }) {
  const active = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]);
  const example =
    examples.find(({ query }) => query === active?.query) ??
    examples.find(({ query }) => query.includes(` ${active?.operationName ?? ' '}`));
  if (example === undefined) return null;
  return (
    <section className="example-footer" aria-label="What this example needs">
      <p>
        <strong>{example.title}</strong> <span className="quiet">· {example.product}</span>
      </p>
      <ExampleNeeds example={example} />
      {!isOpenToAll(example) && <TokenCommand example={example} />}
    </section>
  );
}
