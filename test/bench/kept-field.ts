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
import { startShop } from './shop-field.ts';
import { FRESH_HEADER, KEPT_WORKLOADS } from './workloads.ts';

/** Longer than any run. */
export const LIFETIME_SECONDS = 3600;

/** Caches are on by default. */
export const KEPT_SETTINGS = { ...ALL_OFF, FORWARD_HEADERS: FRESH_HEADER };

/** Starts the shop with subgraphs that allow everything to be kept, and a gateway for each way to keep it. */
export async function startKeptField(): Promise<Field> {
  const shop = await startShop(LIFETIME_SECONDS);
  const record = await recordFloor(shop.openFile, shop.subgraphs.facts, KEPT_WORKLOADS, ALL_OFF);
  const serve = (settings: Readonly<Record<string, string>>) =>
    serveMeshgate(shop.openFile, { ...KEPT_SETTINGS, ...settings });

  const contestants: readonly Contestant[] = [
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
    toContestant(
      'bare route',
      'a route of Fastify that returns the same bytes',
      await serveRoute(await writeJson(join(shop.folder, 'route.json'), record)),
    ),
  ];
  return {
    workloads: KEPT_WORKLOADS,
    contestants,
    notes: [],
    calls: shop.calls,
    async stop() {
      await Promise.all(contestants.map((each) => each.stop()));
      await shop.stop();
    },
  };
}
