/**
 * A real gateway to be attacked, and what it says about the attacks.
 */
import { expect } from 'vitest';

import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';

const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: 'type Query { open: String, secret: String @requiresScopes(scopes: [["desk:read"]]) }',
  resolvers: { Query: { open: () => 'open', secret: () => 'secret' } },
};

/** Answers of a gateway to tokens, its count of refusals, and whether it is none the worse for them. */
export async function createAttackedGateway(settings: Readonly<Record<string, string>> = {}) {
  const gateway = await serveFederation([DESK], { TOKEN_BYTES: '16384', ...settings });

  const send = (authorization: string) =>
    gateway.post({ query: '{ open secret }' }, { authorization });

  /** Refusals by code, since the gateway started. */
  const countRefusals = async (): Promise<Record<string, number>> => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const lines = text.matchAll(/^gateway_authentication_failures_total\{code="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...lines].map(([, code, count]) => [code, Number(count)]));
  };

  return {
    ...gateway,
    send,
    countRefusals,
    /** Expects a token to be refused with a code, as a whole, and to be counted under it. */
    async expectRefused(token: string, code: string, which = 'the token'): Promise<void> {
      const before = await countRefusals();
      const asked = gateway.received.length;
      const { status, body, headers } = await send(`Bearer ${token}`);

      expect(body, which).toEqual({ errors: [expect.objectContaining({ extensions: { code } })] });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(gateway.received).toHaveLength(asked);
      expect(await countRefusals()).toEqual({ ...before, [code]: (before[code] ?? 0) + 1 });
    },
    /** Expects the honest token of the issuer to be accepted still. */
    async expectUnharmed(): Promise<void> {
      const token = await gateway.token({ scope: 'desk:read', unharmed: Math.random() });
      const { body } = await send(`Bearer ${token}`);

      expect(body).toEqual({ data: { open: 'open', secret: 'secret' } });
    },
  };
}
