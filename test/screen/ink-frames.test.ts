/** What the build makes of Ink draws what Ink's own does, frame after frame: what is kept of a frame is no part of the next. */
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {Writable} from 'node:stream';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {build, type Plugin} from 'esbuild';
import type {BoxProps, render, TextProps, TransformProps} from 'ink';
import {createElement, type ComponentType, type ReactNode} from 'react';
import * as v from 'valibot';
import {afterAll, beforeAll, expect, it, vi} from 'vitest';
import * as fc from '../support/property.js';

type Ink = {
	render: typeof render;
	Text: ComponentType<TextProps>;
	Box: ComponentType<BoxProps>;
	Transform: ComponentType<TransformProps>;
};

const isInk = v.custom<Ink>(value => v.is(v.object({render: v.function(), Text: v.function()}), value));
const isTerminal = v.custom<NodeJS.WriteStream>(value => value instanceof Writable);
const plugins = v.object({
	leanStart: v.array(v.custom<Plugin>(value => v.is(v.object({name: v.string()}), value))),
});

let folder: string;
let theirs: Ink;
let ours: Ink;

async function built(name: string, wanted: readonly Plugin[]): Promise<Ink> {
	const outdir = path.join(folder, name);
	await build({
		entryPoints: [path.resolve('node_modules/ink/build/index.js')],
		outdir,
		bundle: true,
		platform: 'node',
		format: 'esm',
		// The latter is there for who develops Ink.
		external: ['react', 'react-devtools-core'],
		splitting: true,
		banner: {
			js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);",
		},
		plugins: [...wanted],
	});
	return v.parse(isInk, await import(pathToFileURL(path.join(outdir, 'index.js')).href));
}

/** With all colours, whatever the terminal of the tests has. */
beforeAll(async () => {
	const cache = path.resolve('node_modules/.cache');
	await mkdir(cache, {recursive: true});
	folder = await mkdtemp(path.join(cache, 'kn-canary-frames-'));
	const {leanStart} = v.parse(
		plugins,
		await import(pathToFileURL(path.resolve('scripts/lean-start.js')).href),
	);
	vi.stubEnv('FORCE_COLOR', '3');
	theirs = await built('theirs', []);
	ours = await built(
		'ours',
		leanStart.filter(({name}) => /^(?:output|texts|reconciler)-/.test(name)),
	);
	vi.unstubAllEnvs();
});

afterAll(async () => rm(folder, {recursive: true}));

const maybe = fc.option(fc.boolean(), {nil: undefined});
const colour = fc.constantFrom(undefined, 'red', 'cyan', '#ff8800', 'ansi256(208)', 'rgb(1, 2, 3)');
const style = fc.record({
	color: colour,
	backgroundColor: colour,
	dimColor: maybe,
	bold: maybe,
	underline: maybe,
	inverse: maybe,
	wrap: fc.constantFrom('wrap' as const, 'truncate' as const, undefined),
});
const words = fc
	.array(
		fc.constantFrom('cart', ' ', '90 %', '製品', '\n', '\t', '\u001B[31mred\u001B[39m', '\u001B[1m', 'é'),
		{
			maxLength: 5,
		},
	)
	.map(pieces => pieces.join(''));
/** Words, words in a style of their own, and words that a transformer changes. */
const part = fc.record({kind: fc.constantFrom('plain', 'styled', 'loud', 'styled'), words, style});
const line = fc.record({style, parts: fc.array(part, {maxLength: 4})});
const box = fc.record({
	width: fc.integer({min: 1, max: 24}),
	height: fc.option(fc.integer({min: 1, max: 4}), {nil: undefined}),
	padding: fc.integer({min: 0, max: 1}),
	borderStyle: fc.constantFrom('single' as const, undefined),
	overflow: fc.constantFrom('hidden' as const, undefined),
	flexDirection: fc.constantFrom('row' as const, 'column' as const),
	display: fc.constantFrom('flex' as const, 'flex' as const, 'none' as const),
	lines: fc.array(line, {maxLength: 4}),
});
type Of<Source> = Source extends fc.Arbitrary<infer Value> ? Value : never;

/** Without what is not set. */
const given = (props: object): object =>
	Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));

const loud = (text: string) => text.toUpperCase();

function elementOf({Text, Box, Transform}: Ink, boxes: readonly Of<typeof box>[]): ReactNode {
	const partOf = ({kind, words: said, style: own}: Of<typeof part>, key: number) =>
		kind === 'plain'
			? said
			: kind === 'loud'
				? createElement(Transform, {key, transform: loud}, said)
				: createElement(Text, {key, ...given(own)}, said);
	const lineOf = ({style: own, parts}: Of<typeof line>, key: number) =>
		createElement(Text, {key, ...given(own)}, ...parts.map((each, index) => partOf(each, index)));
	return createElement(
		Box,
		{flexDirection: 'column', width: 30},
		...boxes.map(({lines, ...props}, key) =>
			createElement(Box, {key, ...given(props)}, ...lines.map((each, index) => lineOf(each, index))),
		),
	);
}

/** All frames that are drawn for one after the other of these. */
function framesOf({render: draw}: Ink, elements: readonly ReactNode[]): string[] {
	const frames: string[] = [];
	const stream = new Writable({
		decodeStrings: false,
		write(frame, _, done) {
			frames.push(String(frame));
			done();
		},
	});
	const stdout = v.parse(isTerminal, Object.assign(stream, {columns: 30, rows: 30}));
	const [first, ...others] = elements;
	const instance = draw(first, {
		stdout,
		debug: true,
		interactive: false,
		patchConsole: false,
	});
	for (const element of others) instance.rerender(element);
	instance.unmount();
	return frames;
}

it('draws any frames alike', () => {
	fc.assert(
		fc.property(fc.array(fc.array(box, {maxLength: 3}), {minLength: 1, maxLength: 4}), trees => {
			// There and back: what is drawn again is drawn as it was, and as much of each as is the same is kept.
			const way = [...trees, ...trees.toReversed()];
			const framesBy = (ink: Ink) =>
				framesOf(
					ink,
					way.map(boxes => elementOf(ink, boxes)),
				);
			expect(framesBy(ours)).toEqual(framesBy(theirs));
		}),
		{numRuns: 100},
	);
});

it('draws in colours', () => {
	const {Text} = ours;
	const red = createElement(Text, {color: 'red', bold: true}, 'cart');
	expect(framesOf(ours, [red])).toContain('\u001B[1m\u001B[31mcart\u001B[39m\u001B[22m');
});
