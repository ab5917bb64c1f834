import { readdirSync } from 'node:fs';

import {
  loadDevelopmentIssuer,
  mintDevelopmentToken,
} from '../../gateway/identity/trust/development-issuer.ts';
import { findFreePorts } from './free-ports.ts';
import { MESHGATE, PLAIN_ENVIRONMENT, type RunningCommand, startCommand } from './run-command.ts';
import { writeFolder } from './write-folder.ts';

/** What a caller's token says; a caller without a token is null. */
export interface MeshCaller {
  /** `reader@acme.example` unless said otherwise. */
  readonly subject?: string;
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}

/** The whole mesh, run by the compiled `meshgate up` on free ports and a data folder of its own. */
export interface MeshUnderTest {
  /** Base URL of the gateway, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Folder whose `.meshgate` is the data folder: for commands run in it, that is the default one. */
  readonly folder: string;
  readonly command: RunningCommand;
  /** @returns A token of the mesh's development issuer, valid for a minute. */
  token(caller: MeshCaller): Promise<string>;
  /** @returns The body of the answer. */
  ask(
    query: string,
    caller: MeshCaller | null,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  /** Stops it as Ctrl-C does and removes the data. */
  stop(): Promise<void>;
}

const READY = 'Ctrl-C stops everything.';
const PRODUCTS = readdirSync(new URL('../../subgraphs/', import.meta.url)).length;

/**
 * Starts the mesh; whoever calls it stops it, in `afterAll` or `onTestFinished`.
 *
 * @param env Settings besides what every process gets.
 */
export async function startMesh(
  env: Readonly<Record<string, string>> = {},
): Promise<MeshUnderTest> {
  const folder = await writeFolder();
  const dataFolder = `${folder.path}/.meshgate`;
  const ports = await findFreePorts(PRODUCTS + 2);
  const args = [
    ...[MESHGATE, 'up', '--data', dataFolder],
    ...['--port', String(ports), '--product-ports', String(ports + 1)],
  ];
  const command = startCommand(process.execPath, args, { env: { ...PLAIN_ENVIRONMENT, ...env } });
  const url = `http://127.0.0.1:${ports}`;
  const stop = async (): Promise<void> => {
    command.child.kill('SIGINT');
    await command.ended;
    await folder.remove();
  };
  await command.waitFor(READY).catch(async (error: unknown) => {
    await stop();
    throw error;
  });

  const token = async (caller: MeshCaller): Promise<string> => {
    const issuer = await loadDevelopmentIssuer(dataFolder);
    if (issuer === null) throw new Error(`The mesh has made no issuer in ${dataFolder}.`);
    const { subject = 'reader@acme.example', scopes = [], claims = {} } = caller;
    const request = { subject, scopes, claims, ttlSeconds: 60 };
    return mintDevelopmentToken(issuer, request, Date.now());
  };
  return {
    url,
    folder: folder.path,
    command,
    token,
    stop,
    async ask(query, caller, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(caller === null ? {} : { authorization: `Bearer ${await token(caller)}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    },
  };
}
