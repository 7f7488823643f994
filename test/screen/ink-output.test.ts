/** What the build makes of Ink's `Output` draws what Ink's own does, frame after frame. */
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {build, type Plugin} from 'esbuild';
import * as v from 'valibot';
import {afterAll, beforeAll, expect, it} from 'vitest';
import * as fc from '../support/property.js';

const ink = path.resolve('node_modules/ink/build/output.js');

type Operations = {
	write(x: number, y: number, text: string, options: {transformers: ((text: string) => string)[]}): void;
	clip(clip: Clip): void;
	unclip(): void;
	get(): {output: string; height: number};
};
type OutputClass = new (size: {width: number; height: number}) => Operations;
type Clip = {x1: number | undefined; x2: number | undefined; y1: number | undefined; y2: number | undefined};

const moduleOf = v.object({
	default: v.custom<OutputClass>(value => typeof value === 'function'),
});
const plugins = v.object({
	leanStart: v.array(v.custom<Plugin>(value => v.is(v.object({name: v.string()}), value))),
});

let folder: string;
let theirs: OutputClass;
let ours: OutputClass;

beforeAll(async () => {
	const cache = path.resolve('node_modules/.cache');
	await mkdir(cache, {recursive: true});
	folder = await mkdtemp(path.join(cache, 'kn-canary-output-'));
	const {leanStart} = v.parse(
		plugins,
		await import(pathToFileURL(path.resolve('scripts/lean-start.js')).href),
	);
	const outfile = path.join(folder, 'output.mjs');
	await build({
		entryPoints: [ink],
		outfile,
		bundle: true,
		format: 'esm',
		packages: 'external',
		plugins: leanStart.filter(({name}) => name === 'output-of-changes'),
	});
	theirs = v.parse(moduleOf, await import(pathToFileURL(ink).href)).default;
	ours = v.parse(moduleOf, await import(pathToFileURL(outfile).href)).default;
});

afterAll(async () => rm(folder, {recursive: true}));

const piece = fc.constantFrom(
	'cart',
	' ',
	'90│10',
	'製品',
	'👩‍🚀',
	'é',
	'\u0301',
	'\u200B',
	'\n',
	'\u001B[31m',
	'\u001B[1m',
	'\u001B[39m',
	'\u001B[22m',
	'\u001B[7m',
	'\u001B[0m',
	'\u001B[48;5;17m',
);
const text = fc.array(piece, {maxLength: 8}).map(pieces => pieces.join(''));
const place = fc.integer({min: -3, max: 24});
const bound = fc.option(place, {nil: undefined});
const operation = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			kind: fc.constant('write' as const),
			x: place,
			y: place,
			text,
			isLoud: fc.boolean(),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('clip' as const),
			clip: fc.record({x1: bound, x2: bound, y1: bound, y2: bound}),
		}),
	},
	{weight: 1, arbitrary: fc.record({kind: fc.constant('unclip' as const)})},
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

const loud = (line: string) => line.toUpperCase();

function drawn(output: OutputClass, operations: readonly Operation[]): {output: string; height: number} {
	const frame = new output({width: 20, height: 8});
	for (const each of operations) {
		if (each.kind === 'clip') frame.clip(each.clip);
		else if (each.kind === 'unclip') frame.unclip();
		else frame.write(each.x, each.y, each.text, {transformers: each.isLoud ? [loud] : []});
	}

	return frame.get();
}

it('draws any frames alike, whatever was drawn before', () => {
	const frame = fc.array(operation, {maxLength: 12});
	fc.assert(
		fc.property(fc.array(frame, {minLength: 1, maxLength: 4}), frames => {
			// Each of them twice: the second time all of it is known.
			for (const operations of [...frames, ...frames]) {
				expect(drawn(ours, operations)).toEqual(drawn(theirs, operations));
			}
		}),
		{numRuns: 500},
	);
});
