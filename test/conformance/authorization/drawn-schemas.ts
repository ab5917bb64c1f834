import { composeSupergraph } from '../../../gateway/control/composition/compose-supergraph.ts';
import { loadSupergraphSnapshot } from '../../../gateway/supergraph/load-supergraph-snapshot.ts';
import type { SupergraphSnapshot } from '../../../gateway/supergraph/supergraph-snapshot.ts';
import { FEDERATION } from '../../support/federation-fixture.ts';
import { Draw } from '../differential/draw.ts';
import { NaiveSchema } from './naive-decision.ts';
import { drawSchema } from './random-schema.ts';

/** Composing takes most of the time, so each schema is asked many operations. */
export const SCHEMAS = 60;

interface DrawnSchema {
  readonly sdl: string;
  readonly naive: NaiveSchema;
  readonly snapshot: SupergraphSnapshot;
}

const drawn = new Map<number, DrawnSchema>();

/** The same schema for the same number. */
export function schemaOf(seed: number): DrawnSchema {
  const known = drawn.get(seed);
  if (known !== undefined) return known;
  const sdl = drawSchema(new Draw(seed));
  const composed = composeSupergraph([
    { name: 'one', url: 'http://one.test/graphql', sdl: FEDERATION + sdl },
  ]);
  if (!composed.ok) throw new Error(`${JSON.stringify(composed.errors)}\n${sdl}`);
  const snapshot = loadSupergraphSnapshot(composed.supergraphSdl);
  const made = { sdl, naive: new NaiveSchema([sdl]), snapshot };
  drawn.set(seed, made);
  return made;
}
