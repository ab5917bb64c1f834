import { join } from 'node:path';
import type { Contestant, Field } from './field.ts';
import {
  ALL_OFF,
  recordFloor,
  serveMeshgate,
  serveRoute,
  toContestant,
  writeJson,
} from './servers.ts';
import { type Shop, startShop } from './shop-field.ts';
import { COLD_WORKLOADS, FRESH_HEADER, KEPT_WORKLOADS, type Workload } from './workloads.ts';

/** Longer than any run. */
export const LIFETIME_SECONDS = 3600;

/** Caches are on by default. */
export const KEPT_SETTINGS = { ...ALL_OFF, FORWARD_HEADERS: FRESH_HEADER };

/** A gateway for each way to keep what subgraphs allow to be kept. */
async function serveKeepers(shop: Shop): Promise<readonly Contestant[]> {
  const serve = (settings: Readonly<Record<string, string>>) =>
    serveMeshgate(shop.openFile, { ...KEPT_SETTINGS, ...settings });
  return [
    toContestant(
      'meshgate, nothing kept',
      'every cache off',
      await serve({ RESPONSE_CACHE_BYTES: '0', ENTITY_CACHE_BYTES: '0' }),
    ),
    toContestant(
      'meshgate, entities kept',
      'only the cache of entities and of root fields on, in memory',
      await serve({ RESPONSE_CACHE_BYTES: '0' }),
    ),
    toContestant(
      'meshgate, answers kept',
      'both caches on, in memory, as by default',
      await serve({}),
    ),
  ];
}

/** Starts the shop with subgraphs that allow everything to be kept, the gateways, and a route beside them. */
export async function startKeptField(): Promise<Field> {
  const shop = await startShop(LIFETIME_SECONDS);
  const record = await recordFloor(shop.openFile, shop.subgraphs.facts, KEPT_WORKLOADS, ALL_OFF);
  const route = toContestant(
    'bare route',
    'a route of Fastify that returns the same bytes',
    await serveRoute(await writeJson(join(shop.folder, 'route.json'), record)),
  );
  return toField(shop, KEPT_WORKLOADS, [...(await serveKeepers(shop)), route]);
}

/** The same without the route: what keeping costs where it is of no use. */
export async function startColdField(): Promise<Field> {
  const shop = await startShop(LIFETIME_SECONDS);
  return toField(shop, COLD_WORKLOADS, await serveKeepers(shop));
}

function toField(
  shop: Shop,
  workloads: readonly Workload[],
  contestants: readonly Contestant[],
): Field {
  return {
    workloads,
    contestants,
    notes: [],
    calls: shop.calls,
    async stop() {
      await Promise.all(contestants.map((each) => each.stop()));
      await shop.stop();
    },
  };
}
