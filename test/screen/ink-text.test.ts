/** What the build makes of Ink's `Text` draws what Ink's own does, and a style that was drawn before is no other one. */
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {build, type Plugin} from 'esbuild';
import {renderToString, type TextProps} from 'ink';
import {createElement, type FunctionComponent, type ReactNode} from 'react';
import * as v from 'valibot';
import {afterAll, beforeAll, expect, it, vi} from 'vitest';
import * as fc from '../support/property.js';

type TextComponent = FunctionComponent<TextProps>;

const moduleOf = v.object({default: v.custom<TextComponent>(value => typeof value === 'function')});
const plugins = v.object({
	leanStart: v.array(v.custom<Plugin>(value => v.is(v.object({name: v.string()}), value))),
});

let folder: string;
let theirs: TextComponent;
let ours: TextComponent;

/** With all colours, whatever the terminal of the tests has. */
async function built(name: string, wanted: readonly Plugin[]): Promise<TextComponent> {
	const outfile = path.join(folder, name);
	await build({
		entryPoints: [path.resolve('node_modules/ink/build/components/Text.js')],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'esm',
		external: ['react'],
		plugins: [...wanted],
	});
	return v.parse(moduleOf, await import(pathToFileURL(outfile).href)).default;
}

beforeAll(async () => {
	const cache = path.resolve('node_modules/.cache');
	await mkdir(cache, {recursive: true});
	folder = await mkdtemp(path.join(cache, 'kn-canary-text-'));
	const {leanStart} = v.parse(
		plugins,
		await import(pathToFileURL(path.resolve('scripts/lean-start.js')).href),
	);
	vi.stubEnv('FORCE_COLOR', '3');
	theirs = await built('theirs.mjs', []);
	ours = await built(
		'ours.mjs',
		leanStart.filter(({name}) => name === 'texts-styled-alike'),
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
	italic: maybe,
	underline: maybe,
	strikethrough: maybe,
	inverse: maybe,
	wrap: fc.constantFrom('wrap' as const, 'truncate' as const, undefined),
});
const text = fc
	.array(fc.constantFrom('cart', ' ', '90 %', '製品', '\n', '\u001B[31mred\u001B[39m', '\u001B[1m'), {
		maxLength: 5,
	})
	.map(pieces => pieces.join(''));
const sample = fc.record({outer: style, inner: style, before: text, within: text});
type Sample = typeof sample extends fc.Arbitrary<infer Value> ? Value : never;

const given = (props: Sample['outer']): TextProps =>
	Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));

function drawn(Text: TextComponent, {outer, inner, before, within}: Sample): string {
	const child: ReactNode = createElement(Text, given(inner), within);
	return renderToString(createElement(Text, given(outer), before, child), {columns: 12});
}

it('draws any text in any style alike, whatever was drawn before', () => {
	fc.assert(
		fc.property(sample, one => {
			expect(drawn(ours, one)).toBe(drawn(theirs, one));
			expect(drawn(ours, one)).toBe(drawn(theirs, one));
		}),
		{numRuns: 300},
	);
});

it('has colours at all', () => {
	const element = createElement(ours, {color: 'red', bold: true}, 'cart');
	expect(renderToString(element)).toBe('\u001B[1m\u001B[31mcart\u001B[39m\u001B[22m');
});
