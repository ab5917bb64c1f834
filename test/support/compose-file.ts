/**
 * Reads `docker-compose.yml` as Docker Compose does, as far as that file goes.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';

import { parse } from 'yaml';

/** When a service may start after another. */
export type StartCondition = 'service_healthy' | 'service_completed_successfully';

export interface ComposeService {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Named volume or nothing, by the path it is mounted on. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly dependsOn: ReadonlyMap<string, StartCondition>;
  /** Program and arguments that end with 0 when the service is well; null when it has none. */
  readonly healthcheck: readonly string[] | null;
  /** Port of the container by the port of the host. */
  readonly ports: ReadonlyMap<number, number>;
}

interface RawService {
  readonly image: string;
  readonly command: readonly unknown[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: StartCondition }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly ports?: readonly string[];
}

/**
 * @param file Path of the file.
 * @param environment Values for the variables that the file refers to.
 */
export async function readComposeFile(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<readonly ComposeService[]> {
  const { services } = parse(await readFile(file, 'utf8'), { merge: true }) as {
    services: Readonly<Record<string, RawService>>;
  };
  const fill = (value: unknown) => interpolate(String(value), environment);
  return Object.entries(services).map(([name, raw]) => ({
    name,
    image: raw.image,
    command: raw.command.map(fill),
    environment: Object.fromEntries(
      Object.entries(raw.environment ?? {}).map(([key, value]) => [key, fill(value)]),
    ),
    volumes: new Map(
      (raw.volumes ?? []).map((volume) => {
        const [source = '', target = ''] = volume.split(':');
        return [target, source];
      }),
    ),
    dependsOn: new Map(
      Object.entries(raw.depends_on ?? {}).map(([other, { condition }]) => [other, condition]),
    ),
    healthcheck:
      raw.healthcheck?.test === undefined ? null : raw.healthcheck.test.slice(1).map(fill),
    ports: new Map(
      (raw.ports ?? []).map((port) => {
        const [host, container] = port.split(':').map(Number);
        return [host ?? 0, container ?? 0];
      }),
    ),
  }));
}

/** `${NAME:-default}`, `${NAME}`, and `$$` for a dollar. */
function interpolate(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:(\$)|\{(\w+)(?::-([^}]*))?\})/g,
    (_, dollar: string | undefined, name: string, otherwise: string | undefined) =>
      dollar ?? (environment[name] || (otherwise ?? '')),
  );
}
