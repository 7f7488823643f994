/** How much memory V8 takes for objects that are just made. */
import {setFlagsFromString} from 'node:v8';

/**
 * Keeps V8's space for new objects at the size it has by now (2 × 8 or 2 × 16 MB after the start of the console). Left
 * alone it doubles whenever so much has outlived its scavenges, up to 2 × 64 MB, and never shrinks under a steady load: at
 * 50 answers a second that was 110 MB of 280 for a program that has 20 in use (`node scripts/bench/memory.ts`).
 *
 * At the start it may grow: a small space then costs time. `--max-semi-space-size` would have to be given to Node before it
 * starts, which a program that is run by its name cannot do; V8 looks at this flag each time it is about to grow
 * (NewSpace::Grow in V8's src/heap/new-spaces.cc).
 */
export function keepYoungGeneration(): void {
	setFlagsFromString('--semi-space-growth-factor=1');
}
