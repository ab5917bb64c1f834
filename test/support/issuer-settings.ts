import type { IssuerSettings } from '../../gateway/identity/issuer-settings.ts';

/** Settings of an issuer, as the configuration has them by default; a test changes what it is about. */
export function toIssuerSettings(changes: Partial<IssuerSettings> = {}): IssuerSettings {
  return {
    issuer: 'https://id.example',
    audiences: ['mesh'],
    jwks: null,
    secret: null,
    introspection: null,
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    claims: {
      subject: 'sub',
      scopes: 'scope',
      roles: 'roles',
      domain: 'domain',
      purposes: 'purpose',
      rows: {},
    },
    roleScopes: {},
    callers: null,
    clockToleranceSeconds: 5,
    ...changes,
  };
}
