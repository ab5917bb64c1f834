import { createFederation } from '../../support/federation-fixture.ts';
import { buildSubgraphs } from './build-subgraphs.ts';
import { Monolith } from './create-monolith.ts';
import type { DifferentialFixture } from './world.ts';

/** One fixture twice: as subgraphs behind the engine, and as a monolith over the same rows. */
export function federate(fixture: DifferentialFixture) {
  const current = { world: fixture.createWorld() };
  const federation = createFederation(buildSubgraphs(fixture, current));
  const { snapshot, supergraphSdl } = federation;
  const monolith = new Monolith(fixture, snapshot.schema, supergraphSdl, current);
  return {
    federation,
    monolith,
    /** Undoes what mutations have written. */
    reset: () => {
      current.world = fixture.createWorld();
    },
  };
}
