import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** A database of one test file, on a server that all of them share. */
export interface TestDatabase {
  readonly name: string;
  /** Connection URL of the superuser, whom row-level security does not bind. */
  readonly adminUrl: string;
  /** Connection URL of a role; no password is needed. */
  urlFor(role: string): string;
  /** Runs a script as the superuser. */
  run(script: string): Promise<void>;
  /**
   * Makes a role that may log in, with a name that no other test has.
   *
   * @param prefix First part of the name.
   */
  createRole(prefix: string): Promise<string>;
  /** Removes the database and the roles; sessions that are still open are ended. */
  drop(): Promise<void>;
}

/** Connection URL of the superuser of the run's server, which starts when it is first asked for. */
export async function findTestServer(): Promise<string> {
  const response = await fetch(inject('postgresDesk'));
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}

/** Makes an empty database; whoever calls it drops it, in `afterAll` or `onTestFinished`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = await findTestServer();
  const suffix = randomBytes(8).toString('hex');
  const name = `test_${suffix}`;
  await runScript(serverUrl, `CREATE DATABASE ${name}`);

  const urlFor = (role: string): string => {
    const url = new URL(serverUrl);
    url.username = role;
    url.pathname = `/${name}`;
    return url.href;
  };
  const adminUrl = urlFor(new URL(serverUrl).username);
  const roles: string[] = [];

  return {
    name,
    adminUrl,
    urlFor,
    run: (script) => runScript(adminUrl, script),
    async createRole(prefix) {
      const role = `${prefix}_${suffix}`;
      await runScript(serverUrl, `CREATE ROLE ${role} LOGIN`);
      roles.push(role);
      return role;
    },
    async drop() {
      await runScript(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      for (const role of roles) await runScript(serverUrl, `DROP ROLE IF EXISTS ${role}`);
    },
  };
}

async function runScript(url: string, script: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(script);
  } finally {
    await client.end();
  }
}
