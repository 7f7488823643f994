/** What is kept of a body stands alone. */
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, test} from 'vitest';
import {decode, toShownBody} from '../../../source/probe/transport/body.js';
import {byRegularExpression, firstLineOf} from '../../../source/probe/attribution/fingerprint.js';
import {bodyLimit} from '../../../source/probe/transport/probe.js';

setFlagsFromString('--expose-gc');
const collectGarbage = () => void runInNewContext('gc()');

/** Megabytes that are in use after it, more than before it, while what it returns is held. */
function heldBy(keep: () => unknown): number {
	collectGarbage();
	const before = process.memoryUsage().heapUsed;
	const kept = keep();
	collectGarbage();
	const after = process.memoryUsage().heapUsed;
	expect(kept).toBeDefined();
	return (after - before) / 1024 / 1024;
}

const bodies = 400;
/** One line of 64 KiB, no two alike. */
const bodyOf = (index: number): string =>
	decode(Buffer.from(`{"version": "the one of turn ${index}"} `.padEnd(bodyLimit, 'x')), 'text/plain', true);

test.each([
	['the first line', firstLineOf],
	['the beginning that is shown', toShownBody],
	[
		'a fingerprint',
		(body: string) => byRegularExpression(/version": "([^"]+)/)({status: 200, headers: {}, body}),
	],
] as const)('of 400 bodies of 64 KiB, %s keeps a small part of their 25 MB alive', (_, part) => {
	expect(heldBy(() => Array.from({length: bodies}, (_body, index) => part(bodyOf(index))))).toBeLessThan(5);
});
