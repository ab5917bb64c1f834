import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { ExampleNeeds } from './example-needs.tsx';
import { type ExampleOperation, formatVariables, groupByProduct } from './example-operation.ts';

/** The side panel that lists the example operations of all data products. */
export function createExamplesPlugin(examples: readonly ExampleOperation[]): GraphiQLPlugin {
  return {
    title: 'Examples',
    icon: ExamplesIcon,
    content: () => <ExamplesPanel examples={examples} />,
  };
}

function ExamplesPanel({ examples }: { readonly examples: readonly ExampleOperation[] }) {
  const open = useOpenExample();
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      {examples.length === 0 && <p>The data products behind this gateway ship no examples.</p>}
      {groupByProduct(examples).map(([product, group]) => (
        <section key={product} aria-label={product}>
          <h3>{product}</h3>
          <ul>
            {group.map((example) => (
              <li key={example.title}>
                <button type="button" onClick={() => open(example)}>
                  {example.title}
                </button>
                <ExampleNeeds example={example} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** Opens an example in a new tab, or goes to the tab that holds it already. */
function useOpenExample(): (example: ExampleOperation) => void {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));

  return (example) => {
    const index = tabs.findIndex(({ query }) => query === example.query);
    if (index >= 0) {
      changeTab(index);
      return;
    }
    addTab();
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(formatVariables(example));
  };
}

function ExamplesIcon() {
  return (
    <svg
      viewBox="0 0 16 16"
      width="1em"
      height="1em"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M2.5 2.5h8l3 3v8h-11z" />
      <path d="m6.3 6.2-2 2 2 2M9.7 6.2l2 2-2 2" />
    </svg>
  );
}
