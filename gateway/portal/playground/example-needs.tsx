import { useState } from 'react';
import { type ExampleOperation, isOpenToAll, tokenCommand } from './example-operation.ts';

/** Names the scopes and row claims that an example needs. */
export function ExampleNeeds({ example }: { readonly example: ExampleOperation }) {
  if (isOpenToAll(example)) return <span className="needs">No token needed</span>;
  const claims = Object.entries(example.claims).map(
    ([name, values]) => `${name}=${values.join(',')}`,
  );
  return (
    <ul className="needs" aria-label="Needed scopes and claims">
      {[...example.scopes, ...claims].map((need) => (
        <li key={need}>
          <code>{need}</code>
        </li>
      ))}
    </ul>
  );
}

/** The command that makes a token for an example, to be copied to a terminal. */
export function TokenCommand({ example }: { readonly example: ExampleOperation }) {
  const [copied, setCopied] = useState(false);
  const command = tokenCommand(example);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(command);
    setCopied(true);
  };
  return (
    <div className="command">
      <code>{command}</code>
      <button type="button" onClick={() => void copy()}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
