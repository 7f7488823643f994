/** In a process of its own: the flag is the whole process's, and so is what V8 says about it. */
import {execFile} from 'node:child_process';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import * as v from 'valibot';
import {expect, test} from 'vitest';

const source = pathToFileURL(path.resolve('source/bootstrap/young-generation.ts')).href;

/**
 * Makes many objects, of which enough outlive a scavenge; prints how large the space for new ones was before, when V8 has made it
 * smaller, and is after.
 */
const program = (isKept: boolean) => `
	import {getHeapSpaceStatistics} from 'node:v8';
	import {keepYoungGeneration} from ${JSON.stringify(source)};
	const size = () => getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size;
	const kept = [];
	const work = turns => {
		for (let turn = 0; turn < turns; turn++) kept[turn % 50_000] = {turn, of: [turn]};
	};
	// Some scavenges: before the first there is only half of the space.
	work(100_000);
	if (${isKept}) keepYoungGeneration();
	const before = size();
	gc({type: 'major', flavor: 'last-resort'});
	const least = size();
	// What is told of a collection is told between two turns.
	for (let turn = 0; turn < 500; turn++) {
		work(20_000);
		await new Promise(setImmediate);
	}
	console.log(JSON.stringify({before, least, after: size()}));
`;

const sizesSchema = v.object({before: v.number(), least: v.number(), after: v.number()});
const sizes = (text: string) => v.parse(sizesSchema, JSON.parse(text));

async function run(isKept: boolean): Promise<{stdout: string; stderr: string}> {
	const flags = [
		// Begins small, so that there is somewhere to grow to.
		'--min-semi-space-size=1',
		// Helper threads that scavenge at the same time each take pages, more of them on a machine that is busy.
		'--single-threaded-gc',
		'--expose-gc',
		'--no-warnings',
		'--input-type=module-typescript',
	];
	return promisify(execFile)(process.execPath, [...flags, '--eval', program(isKept)]);
}

test('the space for new objects grows again to the size it had, and no further, and V8 has nothing to say about it', async () => {
	const [kept, left] = await Promise.all([run(true), run(false)]);
	expect([kept.stderr, left.stderr]).toEqual(['', '']);
	const [size, grown] = [sizes(kept.stdout), sizes(left.stdout)];
	expect(size.least).toBeLessThan(size.before);
	expect(size.after).toBe(size.before);
	expect(grown.after).toBeGreaterThan(grown.before);
});

test('V8 has the flags it had, for who needs them, and then those that hold the space again', async () => {
	const text = `
		import {cachedDataVersionTag} from 'node:v8';
		import {keepYoungGeneration} from ${JSON.stringify(source)};
		const tags = [cachedDataVersionTag()];
		const {unkept} = keepYoungGeneration();
		tags.push(cachedDataVersionTag());
		unkept(() => tags.push(cachedDataVersionTag()));
		tags.push(cachedDataVersionTag());
		console.log(JSON.stringify(tags));
	`;
	const {stdout} = await promisify(execFile)(process.execPath, [
		'--no-warnings',
		'--input-type=module-typescript',
		'--eval',
		text,
	]);
	const [before, kept, meanwhile, after] = v.parse(v.array(v.number()), JSON.parse(stdout));
	expect(meanwhile).toBe(before);
	expect(kept).not.toBe(before);
	expect(after).toBe(kept);
});
