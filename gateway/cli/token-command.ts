import { type Command, InvalidArgumentError, Option } from 'commander';

import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import {
  loadDevelopmentIssuer,
  mintDevelopmentToken,
  RESERVED_CLAIMS,
} from '../identity/trust/development-issuer.ts';
import { parseDuration } from './parse-duration.ts';

/** What the command needs of the process it runs in. */
export interface TokenCommandIo {
  readonly stdout: { write(text: string): unknown };
}

interface TokenOptions {
  readonly sub: string;
  readonly scope: readonly string[];
  readonly claim: Readonly<Record<string, ClaimValue>>;
  readonly ttl: number;
  readonly data: string;
  readonly json?: true;
}

type ClaimValue = string | readonly unknown[];

/**
 * Adds `meshgate token`, which prints a token of the development issuer of a data folder.
 *
 * @throws {MeshgateError} From the action: `CONFIG_INVALID` when the folder has no issuer, or a
 *   spoilt one.
 */
export function addTokenCommand(program: Command, io: TokenCommandIo): void {
  program
    .command('token')
    .description('print an access token of the development issuer')
    .requiredOption('--sub <subject>', 'who the token is for', parseSubject)
    .addOption(
      new Option('--scope <scopes>', 'scopes, separated by spaces')
        .argParser(collectScopes)
        .default([], 'none'),
    )
    .addOption(
      new Option('--claim <name=value>', 'a claim; a,b or ["a","b"] make a list; may be repeated')
        .argParser(collectClaim)
        .default({}, 'none'),
    )
    .addOption(
      new Option('--ttl <duration>', 'how long it is valid, such as 90s, 15m, 1h or 30d')
        .argParser(parseDuration)
        .default(3600, '1h'),
    )
    .option('--data <folder>', 'data folder of the mesh that is to accept it', '.meshgate')
    .option('--json', 'print the token with what it says')
    .action(async (options: TokenOptions) => {
      io.stdout.write(`${await printToken(options)}\n`);
    });
}

async function printToken(options: TokenOptions): Promise<string> {
  const issuer = await loadDevelopmentIssuer(options.data);
  if (issuer === null) {
    const message = `Expected the data folder of a mesh, but ${options.data} has no development issuer; run npm start first, or name the folder with --data.`;
    throw new MeshgateError('CONFIG_INVALID', { message });
  }

  const request = {
    subject: options.sub,
    scopes: options.scope,
    claims: options.claim,
    ttlSeconds: options.ttl,
  };
  const nowMs = Date.now();
  const token = mintDevelopmentToken(issuer, request, nowMs);
  if (options.json === undefined) return token;

  const { subject, scopes, claims } = request;
  const expiresAt = new Date((Math.floor(nowMs / 1000) + options.ttl) * 1000).toISOString();
  const { issuer: iss, audience } = issuer;
  return JSON.stringify({ token, issuer: iss, audience, subject, scopes, claims, expiresAt });
}

function parseSubject(given: string): string {
  if (given === '') throw new InvalidArgumentError('Expected a name that is not empty.');
  return given;
}

function collectScopes(given: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, ...given.split(/\s+/).filter((scope) => scope !== '')];
}

function collectClaim(
  given: string,
  earlier: TokenOptions['claim'],
): Readonly<Record<string, ClaimValue>> {
  const [, name, text] = /^([^=\s]+)=(.*)$/s.exec(given) ?? [];
  if (name === undefined || text === undefined) {
    throw new InvalidArgumentError('Expected name=value.');
  }
  if (RESERVED_CLAIMS.has(name)) {
    throw new InvalidArgumentError(`The claim ${name} is set by other options or by the issuer.`);
  }

  const value = parseClaimValue(text);
  const before = Object.hasOwn(earlier, name) ? earlier[name] : undefined;
  return { ...earlier, [name]: before === undefined ? value : [before, value].flat() };
}

function parseClaimValue(text: string): ClaimValue {
  if (!text.startsWith('[')) return text.includes(',') ? text.split(',') : text;
  const values = parseJson(text);
  if (Array.isArray(values)) return values;
  throw new InvalidArgumentError('Expected a JSON array, as the value starts with [.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
