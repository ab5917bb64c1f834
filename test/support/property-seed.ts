import * as fc from 'fast-check';

/** Property tests draw the same cases in every run; `PROPERTY_SEED` draws others. */
const { PROPERTY_SEED: seed = '20261' } = process.env;

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
