/**
 * fast-check with one seed for all properties, so that a run of the tests says the same twice. `FAST_CHECK_SEED=random
 * npm test` draws again (a failure prints its seed), `FAST_CHECK_SEED=N` repeats one.
 */
import * as fc from 'fast-check';

const wanted = process.env['FAST_CHECK_SEED'];
if (wanted !== 'random') fc.configureGlobal({seed: wanted === undefined ? 42 : Number(wanted)});

export * from 'fast-check';
