import { useEffect, useState } from 'react';
import { cleanToken, describeExpiry, readTokenFacts, type TokenFacts } from './access-token.ts';

interface TokenFieldProps {
  readonly token: string;
  readonly onChange: (token: string) => void;
}

/** The field for the access token, and what the token says about its bearer. */
export function TokenField({ token, onChange }: TokenFieldProps) {
  return (
    <form className="token" onSubmit={(event) => event.preventDefault()}>
      <label htmlFor="access-token">Access token</label>
      <input
        id="access-token"
        type="password"
        value={token}
        placeholder="Paste a token, or ask anonymously"
        autoComplete="off"
        spellCheck={false}
        aria-describedby="token-facts"
        onChange={(event) => onChange(cleanToken(event.target.value))}
      />
      {token !== '' && (
        <button type="button" onClick={() => onChange('')}>
          Forget
        </button>
      )}
      <TokenSummary token={token} />
    </form>
  );
}

function TokenSummary({ token }: { readonly token: string }) {
  const now = useNow();
  if (token === '') {
    return (
      <output id="token-facts" className="token-facts">
        Anonymous
      </output>
    );
  }
  const facts = readTokenFacts(token);
  if (facts === null) {
    return (
      <output id="token-facts" className="token-facts warn">
        Not a JSON Web Token
      </output>
    );
  }
  const expired = facts.expiresAt !== null && facts.expiresAt <= now;
  return (
    <output id="token-facts" className={expired ? 'token-facts warn' : 'token-facts'}>
      <strong>{facts.subject ?? 'no subject'}</strong> · {describeExpiry(facts, now)}
      <Scopes facts={facts} />
    </output>
  );
}

function Scopes({ facts }: { readonly facts: TokenFacts }) {
  if (facts.scopes.length === 0) return <span> · no scopes</span>;
  return (
    <details>
      <summary>
        {facts.scopes.length} {facts.scopes.length === 1 ? 'scope' : 'scopes'}
      </summary>
      <ul>
        {facts.scopes.map((scope) => (
          <li key={scope}>
            <code>{scope}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Epoch milliseconds, renewed often enough for a text that counts minutes. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
