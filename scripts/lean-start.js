// What a library does at the start of the program, and need not: plugins of esbuild and a step after it, each for one thing that was measured
// (milliseconds of a start of 200, on a machine where a bare Node takes 27). What a library computes stays the same.
import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';

/** `text` with the one place of `pattern` replaced; a new version of the library may have none, or several. */
function replaceOne(text, pattern, replacement, file) {
	const found = [...text.matchAll(new RegExp(pattern, 'g'))];
	if (found.length !== 1) {
		throw new Error(
			`${file}: ${pattern} is there ${found.length} times instead of once; see scripts/lean-start.js`,
		);
	}
	return text.replace(pattern, () => replacement);
}

/**
 * Yoga's loader hands its WebAssembly, a data: URL, to fetch() where there is one, which boots Node's whole HTTP client (25
 * to 35 ms), and awaits it at its top level, for which only ES modules have a place. Its 60 kB are compiled at once
 * instead, by the hook that Emscripten has for that.
 */
const yogaAtOnce = {
	name: 'yoga-at-once',
	setup({onLoad}) {
		const url = /"data:application\/octet-stream;base64,([\w+/=]+)"/;
		onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path: file}) => {
			const text = await readFile(file, 'utf8');
			const [, bytes] = url.exec(text) ?? [];
			return {
				contents: `${replaceOne(text, url, '"data:application/octet-stream;base64,"', file)}
					export const bytes = '${bytes}';`,
				loader: 'js',
			};
		});
		onLoad({filter: /yoga-layout\/dist\/src\/index\.js$/}, async ({path: file}) => {
			const text = await readFile(file, 'utf8');
			const whole = replaceOne(text, /import loadYoga from [^\n]+/, '', file);
			return {
				contents: `import loadYoga, {bytes} from '../binaries/yoga-wasm-base64-esm.js';
					const yoga = {
						instantiateWasm(imports, done) {
							const module = new WebAssembly.Module(Buffer.from(bytes, 'base64'));
							done(new WebAssembly.Instance(module, imports));
							return {};
						},
					};
					loadYoga(yoga);
					${replaceOne(whole, /await loadYoga\(\)/, 'yoga', file)}`,
				loader: 'js',
			};
		});
	},
};

/** The first decoder starts ICU (3 ms); this one is for keys that come as bytes, and ours come as text. */
const keysWithoutDecoder = {
	name: 'keys-without-decoder',
	setup({onLoad}) {
		onLoad({filter: /ink\/build\/parse-keypress\.js$/}, async ({path: file}) => ({
			contents: replaceOne(
				await readFile(file, 'utf8'),
				/const textDecoder = new TextDecoder\(\);/,
				'const textDecoder = {decode: bytes => new TextDecoder().decode(bytes)};',
				file,
			),
			loader: 'js',
		}));
	},
};

/** commander can run subcommands that are programs of their own, of which there are none: child processes, and with them all of the network. */
const commandsOfOneProgram = {
	name: 'commands-of-one-program',
	setup({onLoad}) {
		onLoad({filter: /commander\/lib\/command\.js$/}, async ({path: file}) => ({
			contents: replaceOne(
				await readFile(file, 'utf8'),
				/import childProcess from 'node:child_process';/,
				"const childProcess = {spawn: (...args) => process.getBuiltinModule('node:child_process').spawn(...args)};",
				file,
			),
			loader: 'js',
		}));
	},
};

/** In the banner of each file, for `builtinsOnDemand`. No name that esbuild makes looks like it. */
export const builtinBanner = 'const builtin$=globalThis.process.getBuiltinModule;';

/** Modules of Node's that are long to load, of which the first frame calls nothing. */
const lateBuiltins = new Set([
	'node:child_process',
	'node:crypto',
	'node:fs/promises',
	'node:perf_hooks',
	'node:timers/promises',
	'node:tls',
	'node:v8',
]);

/**
 * What is imported of a module of `lateBuiltins`, as functions and constructors that load it when they are first called; undefined
 * where something else is imported of it, or done with it, for which it has to be there at once.
 *
 * @param {string} names as they stand between the braces
 * @param {string} code all that they are used in
 */
function atFirstCall(names, module, code) {
	if (!lateBuiltins.has(module)) return undefined;
	const whole = process.getBuiltinModule(module);
	const made = [];
	for (const [name, own = name] of names.split(',').map(one => one.trim().split(' as '))) {
		if (typeof whole[name] !== 'function') return undefined;
		const isClass = /^[A-Z]/.test(name);
		// Handed to somebody, or asked about, ours would not be theirs.
		const count = pattern => [...code.matchAll(new RegExp(pattern, 'g'))].length;
		const uses = count(`(?<![\\w$.])${own.replaceAll('$', '\\$')}(?![\\w$])`);
		const calls = count(`(?<![\\w$.])${isClass ? 'new ' : ''}${own.replaceAll('$', '\\$')}\\(`);
		if (uses !== calls + 1) return undefined;
		const theirs = `builtin$("${module}").${name}`;
		made.push(
			isClass
				? `${own} = function (...given) { return new (${theirs})(...given); }`
				: `${own} = (...given) => ${theirs}(...given)`,
		);
	}
	return `const ${made.join(', ')};`;
}

/**
 * To import a module of Node's as an ES module reads each of its exports, those too that load more when they are read:
 * `node:http` boots the built-in undici (for `WebSocket`, 12 ms), `node:fs` loads the streams (5 ms). Taken as an object,
 * only what is named is read. Each statement must stand on a line of its own, or the source maps would be wrong.
 *
 * @param {string} code what esbuild has made
 */
export function builtinsOnDemand(code) {
	const taken = code.replaceAll(
		/^import (?:(?:([\w$]+)|\* as ([\w$]+)|\{([^}]*)\}|([\w$]+), \{([^}]*)\}) from )?("node:[\w/]+");$/gm,
		(_, whole, namespace, names, both, others, module) => {
			const late = names !== undefined && atFirstCall(names, JSON.parse(module), code);
			if (late) return late;
			const object = whole ?? namespace ?? both;
			const parts = [];
			if (object !== undefined) parts.push(`${object} = builtin$(${module})`);
			const named = names ?? others;
			if (named !== undefined) {
				parts.push(`{${named.replaceAll(' as ', ': ')}} = ${both ?? `builtin$(${module})`}`);
			}
			return parts.length === 0 ? '' : `const ${parts.join(', ')};`;
		},
	);
	const [left] = /^(?:import|export)\b[^;\n]*"node:.*$/m.exec(taken) ?? [];
	if (left !== undefined) throw new Error(`an import of a module of Node was not understood: ${left}`);
	return taken;
}

/**
 * Each ES module that imports a CommonJS one has a view of it made, a getter for each export: 60 times React is 5 ms, and
 * every call of a hook goes through one. With an ES module between them there is one view, and it is read once.
 */
const reactOnce = {
	name: 'react-once',
	setup({onResolve, onLoad}) {
		const once = 'once';
		onResolve({filter: /^react(\/jsx-runtime)?$/}, ({path, kind, namespace}) =>
			kind === 'import-statement' && namespace !== once ? {path, namespace: once} : undefined,
		);
		onLoad({filter: /.*/, namespace: once}, async ({path}) => {
			const names = Object.keys((await import(path)).default).filter(name => /^[\w$]+$/.test(name));
			return {
				contents: `import whole from '${path}';
					export default whole;
					export const {${names.join(', ')}} = whole;`,
				loader: 'js',
				resolveDir: resolve('.'),
			};
		});
	},
};

/** For the text of a module: a pattern that is read when it is first asked. */
const onDemand = `
function __onDemand(make) {
	let made;
	const pattern = () => (made ??= make());
	return {test: text => pattern().test(text), [Symbol.search]: text => pattern()[Symbol.search](text)};
}
`;

/**
 * Each of them constructs an Intl.Segmenter (8 to 16 ms the first time), and string-width reads the pattern of all emoji
 * when it is loaded (13 ms) and compiles it (15 to 25 ms) at the first border.
 */
const graphemesWithoutIcu = {
	name: 'graphemes-without-icu',
	setup({onLoad}) {
		const helpers = JSON.stringify(resolve('source/terminal/output/graphemes.ts'));
		const libraries =
			/node_modules\/(string-width\/index|wrap-ansi\/index|cli-truncate\/index|slice-ansi\/tokenize-ansi|@alcalzone\/ansi-tokenize\/build\/tokenize|ink\/build\/line-update)\.js$/;
		onLoad({filter: libraries}, async ({path: file}) => {
			let text = await readFile(file, 'utf8');
			text = replaceOne(text, /new Intl\.Segmenter\([^)]*\)/, '{segment: __segment}', file);
			if (file.endsWith('string-width/index.js')) {
				text = replaceOne(text, /\/\^\[\\u0020-\\u007E\]\*\$\/\.test\(string\)/, '__isNarrow(string)', file);
				for (const name of ['visibleCharacterRegex', 'spacingMarkRegex', 'rgiEmojiRegex']) {
					const [, pattern] = new RegExp(`^const ${name} = (/.+/v);$`, 'm').exec(text) ?? [];
					if (pattern === undefined) throw new Error(`${file}: no ${name}; see scripts/lean-start.js`);
					text = text.replace(pattern, () => `__onDemand(() => ${pattern})`);
				}
				text += onDemand;
			}
			return {
				contents: `import {segment as __segment, isNarrow as __isNarrow} from ${helpers};\n${text}`,
				loader: 'js',
			};
		});
	},
};

/**
 * undici has no parts to import: its index loads fetch, WebSocket, caches and mocks as well, 20 ms of it. What source/
 * names of it is listed here; client-node, in a chunk of its own, gets the whole.
 */
const undiciInParts = {
	name: 'undici-in-parts',
	setup({onResolve, onLoad}) {
		const source = resolve('source');
		onResolve({filter: /^undici$/}, ({importer}) =>
			importer.startsWith(source) ? {path: 'undici', namespace: 'in-parts'} : undefined,
		);
		onLoad({filter: /.*/, namespace: 'in-parts'}, () => ({
			contents: `
				const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
				// As its index does. All but the first are loaded when they are called: ProxyAgent calls connect().
				Dispatcher.prototype.request ??= require('undici/lib/api/api-request.js');
				for (const [name, api] of Object.entries({
					connect: () => require('undici/lib/api/api-connect.js'),
					pipeline: () => require('undici/lib/api/api-pipeline.js'),
					stream: () => require('undici/lib/api/api-stream.js'),
					upgrade: () => require('undici/lib/api/api-upgrade.js'),
				})) {
					Dispatcher.prototype[name] ??= function (...args) { return api().apply(this, args); };
				}
				module.exports = {
					get buildConnector() { return require('undici/lib/core/connect.js'); },
					get Agent() { return require('undici/lib/dispatcher/agent.js'); },
					get Pool() { return require('undici/lib/dispatcher/pool.js'); },
					get ProxyAgent() { return require('undici/lib/dispatcher/proxy-agent.js'); },
					get errors() { return require('undici/lib/core/errors.js'); },
				};`,
			loader: 'js',
			resolveDir: resolve('.'),
		}));
	},
};

/** The parsers of HTTP/1.1, each a WebAssembly as a text, by the names of their files in dist/. */
export const filesApart = {
	llhttp: 'node_modules/undici/lib/llhttp/llhttp-wasm.js',
	'llhttp-simd': 'node_modules/undici/lib/llhttp/llhttp_simd-wasm.js',
	milo: 'node_modules/undici/lib/milo/no-simd.js',
	'milo-simd': 'node_modules/undici/lib/milo/simd.js',
};

/** 317 kB of what is read before an API server is asked, which speaks HTTP/2 nearly always. Each is a file of its own, loaded when it is needed. */
const parsersApart = {
	name: 'parsers-apart',
	setup({onResolve, onLoad}) {
		const names = new Map(Object.entries(filesApart).map(([name, file]) => [resolve(file), name]));
		onResolve({filter: /\/(?:llhttp|milo)\//}, ({path, kind, resolveDir}) => {
			const name = kind === 'require-call' ? names.get(resolve(resolveDir, path)) : undefined;
			return name === undefined ? undefined : {path: `./${name}.js`, external: true};
		});
		// And what works with them, when a server is there that speaks it.
		onLoad({filter: /undici\/lib\/dispatcher\/client\.js$/}, async ({path: file}) => ({
			contents: replaceOne(
				await readFile(file, 'utf8'),
				/const connectH1 = require\('\.\/client-h1\.js'\)/,
				"const connectH1 = (...given) => require('./client-h1.js')(...given)",
				file,
			),
			loader: 'js',
		}));
		// source/bootstrap/load.ts sets what a file exports.
		onLoad({filter: /llhttp(_simd)?-wasm\.js$/}, async ({path: file}) => ({
			contents: replaceOne(
				await readFile(file, 'utf8'),
				/let wasmBuffer\s+Object\.defineProperty\(module, 'exports', \{[^]*\}\)/,
				"module.exports = Buffer.from(wasmBase64, 'base64')",
				file,
			),
			loader: 'js',
		}));
	},
};

/**
 * Appended to Ink's output.js. A row is what is written on it, a place and cells after the other, as long as that is all there was
 * in the last frame; only else cells are put together, and made a text. Cells and texts are replaced, never changed, so that one of
 * them may be on many frames, and a list of styles is there once: two cells look alike when theirs are the same.
 */
const keptBetweenFrames = `
const plain = [];
const knownStyles = new Map();
function oneOf(styles) {
	if (styles.length === 0) return plain;
	let key = '';
	for (const {code, endCode} of styles) key += code + endCode;
	const known = knownStyles.get(key);
	if (known !== undefined) return known;
	if (knownStyles.size >= 1024) knownStyles.clear();
	knownStyles.set(key, styles);
	return styles;
}
let transitions = new WeakMap();
function transition(from, to) {
	if (from === to) return '';
	let known = transitions.get(from);
	if (known === undefined) transitions.set(from, (known = new WeakMap()));
	let text = known.get(to);
	if (text === undefined) known.set(to, (text = ansiCodesToString(diffAnsiCodes(from, to))));
	return text;
}
function textOfCells(cells) {
	let text = '';
	let styles = plain;
	for (let x = 0; x < cells.length; x++) {
		const cell = cells[x];
		if (cell === undefined) continue;
		if (cell.styles !== styles) {
			text += transition(styles, cell.styles);
			styles = cell.styles;
		}
		text += cell.value;
	}
	return text + transition(styles, plain);
}
const emptyCell = {type: 'char', value: ' ', fullWidth: false, styles: plain};
const keptCaches = new OutputCaches();
const mostKept = {widths: 4096, blockWidths: 1024, styledChars: 1024, lines: 1024, slices: 1024};
function cachesOfAllFrames() {
	for (const [name, most] of Object.entries(mostKept)) {
		if (keptCaches[name].size > most) keptCaches[name].clear();
	}
	return keptCaches;
}
const lastRows = [];
function rowText(output, written, y) {
	const last = lastRows[y];
	if (last !== undefined && last.width === output.width && last.written.length === written.length) {
		let index = 0;
		while (index < written.length && written[index] === last.written[index]) index++;
		if (index === written.length) return last.text;
	}
	const cells = new Array(output.width).fill(emptyCell);
	for (let index = 0; index < written.length; index += 2) output.put(cells, written[index], written[index + 1]);
	const text = textOfCells(cells).trimEnd();
	lastRows[y] = {width: output.width, written, text};
	return text;
}
`;

/**
 * For each frame Ink makes thousands of blank cells, takes all its texts apart into cells, and makes texts of them again: a fifth
 * of what a key cost, and most of its garbage. Nearly all of a frame is as in the one before. Here texts that were taken apart
 * stay so for the next frame, and a row that is written as it was in the last frame has its text.
 */
const outputOfChanges = {
	name: 'output-of-changes',
	setup({onLoad}) {
		onLoad({filter: /ink\/build\/output\.js$/}, async ({path: file}) => {
			let text = await readFile(file, 'utf8');
			const patches = [
				[
					/import \{ styledCharsFromTokens, styledCharsToString, tokenize, \} from '@alcalzone\/ansi-tokenize';/,
					"import {ansiCodesToString, diffAnsiCodes, styledCharsFromTokens, tokenize} from '@alcalzone/ansi-tokenize';",
				],
				[/caches = new OutputCaches\(\);/, 'caches = cachesOfAllFrames();'],
				[
					/const row = \[\];\s+for \(let x = 0; x < this\.width; x\+\+\) \{\s+row\.push\(\{[^}]*\}\);\s+\}\s+output\.push\(row\);/,
					'output.push([]);',
				],
				[
					/const characterLines = \[\[\]\];[^]*?let lines = characterLines\.map\(line => styledCharsToString\(line\)\);/,
					'let lines = this.caches.getLines(text);',
				],
				[
					/styledChars = new Map\(\);/,
					`styledChars = new Map();
					lines = new Map();
					getLines(text) {
						let cached = this.lines.get(text);
						if (cached === undefined) {
							const rows = [[]];
							for (const character of this.getStyledChars(text)) {
								if (character.value === '\\n') rows.push([]);
								else rows.at(-1).push(character);
							}
							cached = rows.map(row => textOfCells(row));
							this.lines.set(text, cached);
						}
						return cached;
					}
					slices = new Map();
					getSlice(output, line, from, to) {
						const last = this.slices.get(line);
						if (last !== undefined && last.from === from && last.to === to) return last.text;
						const text = output.sliceLineToColumns(line, from, to);
						this.slices.set(line, {from, to, text});
						return text;
					}`,
				],
				[
					/this\.styledChars\.set\(line, cached\);/,
					`for (const character of cached) character.styles = oneOf(character.styles);
					this.styledChars.set(line, cached);`,
				],
				[
					/return this\.sliceLineToColumns\(line, from, to\);/,
					'return this.caches.getSlice(this, line, from, to);',
				],
				[/return styledCharsToString\(result\);/, 'return textOfCells(result);'],
				[
					/for \(let \[index, line\] of lines\.entries\(\)\) \{/,
					'for (let index = 0, line; index < lines.length; index++) {\nline = lines[index];',
				],
				[
					/getStringWidth\(text\) \{/,
					"getStringWidth(text) {\nif (text.length === 1 && text >= ' ' && text <= '~') return 1;",
				],
				[
					/let offsetX = x;/,
					`currentLine.push(x, characters);
						}
					}
					put(currentLine, x, characters) {
						{
							let offsetX = x;`,
				],
				[
					/\.map\(line => \{[^}]*lineWithoutEmptyItems[^}]*\}\)/,
					'.map((written, y) => rowText(this, written, y))',
				],
			];
			for (const [pattern, replacement] of patches) text = replaceOne(text, pattern, replacement, file);
			return {contents: text + keptBetweenFrames, loader: 'js'};
		});
	},
};

/** Appended to Ink's Text.js, before a `transform` that is made of what it is given. */
const styledOnce = `
const styles = new Map();
function styleOf(wrap) {
	let style = styles.get(wrap);
	if (style === undefined) {
		style = {flexGrow: 0, flexShrink: 1, flexDirection: 'row', textWrap: wrap};
		styles.set(wrap, style);
	}
	return style;
}
const transforms = new Map();
function transformOf(color, effectiveBackgroundColor, dimColor, bold, italic, underline, strikethrough, inverse) {
	let ofColours = transforms.get(color);
	if (ofColours === undefined) transforms.set(color, (ofColours = new Map()));
	let ofGround = ofColours.get(effectiveBackgroundColor);
	if (ofGround === undefined) ofColours.set(effectiveBackgroundColor, (ofGround = []));
	const index = (dimColor ? 1 : 0) + (bold ? 2 : 0) + (italic ? 4 : 0) + (underline ? 8 : 0) + (strikethrough ? 16 : 0) + (inverse ? 32 : 0);
	let known = ofGround[index];
	if (known !== undefined) return known;
	/* transform */
	const [open, close] = transform('\\0').split('\\0');
	known = text => (text === '' || /[\\n\\u001B]/.test(text) ? transform(text) : open + text + close);
	if (transforms.size >= 1024) transforms.clear();
	known.isStyle = true;
	return (ofGround[index] = known);
}
`;

/**
 * Each time that a text of Ink's is rendered it has another function that styles it, which for Ink is another text: it is measured
 * and laid out again, and chalk puts the style together for every draw of it. Here the same style is the same function.
 */
const textsStyledAlike = {
	name: 'texts-styled-alike',
	setup({onLoad}) {
		onLoad({filter: /ink\/build\/components\/Text\.js$/}, async ({path: file}) => {
			const text = await readFile(file, 'utf8');
			const made = /const transform = \(text\) => \{[^]*?return text;\n {4}\};/;
			const [transform = ''] = made.exec(text) ?? [];
			const call =
				'const transform = transformOf(color, effectiveBackgroundColor, dimColor, bold, italic, underline, strikethrough, inverse);';
			const withCall = replaceOne(text, made, call, file);
			return {
				contents:
					replaceOne(withCall, /style: \{[^}]*\}/, 'style: styleOf(wrap)', file) +
					styledOnce.replace('/* transform */', () => transform),
				loader: 'js',
			};
		});
	},
};

/**
 * With DEV=true Ink looks for React's devtools and for the name of the program, and awaits both at its top level, for which
 * only ES modules have a place. A bundle is never developed in. And of every element that was rendered it makes lists of lists of
 * all properties, to find those that are new.
 */
const reconcilerWithoutDetours = {
	name: 'reconciler-without-detours',
	setup({onLoad}) {
		onLoad({filter: /ink\/build\/reconciler\.js$/}, async ({path: file}) => {
			const text = (await readFile(file, 'utf8')).replaceAll("process.env['DEV'] === 'true'", 'false');
			return {
				contents: replaceOne(
					text,
					/const diff = \(before, after\) => \{[^]*?\n\};/,
					`const diff = (before, after) => {
						if (before === after) return undefined;
						if (!before) return after;
						let changed;
						for (const key in before) {
							if (!after || !Object.hasOwn(after, key)) (changed ??= {})[key] = undefined;
						}
						for (const key in after) {
							if (after[key] !== before[key]) (changed ??= {})[key] = after[key];
						}
						return changed;
					};`,
					file,
				),
				loader: 'js',
			};
		});
	},
};

/** For each frame, and when its layout is made, Ink looks through each text for controls: a twelfth of a key. What came of it is kept. */
const textsLookedThroughOnce = {
	name: 'texts-looked-through-once',
	setup({onLoad}) {
		onLoad({filter: /ink\/build\/sanitize-ansi\.js$/}, async ({path: file}) => ({
			contents: replaceOne(
				await readFile(file, 'utf8'),
				/export default sanitizeAnsi;/,
				`const sanitized = new Map();
				export default text => {
					let known = sanitized.get(text);
					if (known === undefined) {
						if (sanitized.size >= 2048) sanitized.clear();
						known = sanitizeAnsi(text);
						sanitized.set(text, known);
					}
					return known;
				};`,
				file,
			),
			loader: 'js',
		}));
	},
};

/**
 * A text is put together of its parts three times for a frame: to be measured, for its width, and to be drawn. Here it is kept until
 * Ink itself takes it for another one (`markNodeAsDirty`), unless a transformer is in it that may do more than to style it.
 */
const textsPutTogetherOnce = {
	name: 'texts-put-together-once',
	setup({onLoad}) {
		onLoad({filter: /ink\/build\/squash-text-nodes\.js$/}, async ({path: file}) => {
			let text = await readFile(file, 'utf8');
			const patches = [
				[
					/const squashTextNodes = \(node\) => \{\s+let text = '';/,
					`const squashTextNodes = (node) => {
						if (node.squashed !== undefined) return node.squashed;
						let isKept = true;
						let text = '';`,
				],
				[
					/nodeText = squashTextNodes\(childNode\);/,
					`nodeText = squashTextNodes(childNode);
					if (childNode.squashed === undefined) isKept = false;`,
				],
				[
					/const transform = childNode\.internal_transform;/,
					`const transform = childNode.internal_transform;
					if (transform.isStyle !== true) isKept = false;`,
				],
				[/return text;/, 'if (isKept) node.squashed = text;\nreturn text;'],
			];
			for (const [pattern, replacement] of patches) text = replaceOne(text, pattern, replacement, file);
			return {contents: text, loader: 'js'};
		});
		onLoad({filter: /ink\/build\/dom\.js$/}, async ({path: file}) => ({
			contents: replaceOne(
				await readFile(file, 'utf8'),
				/const markNodeAsDirty = \(node\) => \{/,
				`const markNodeAsDirty = (node) => {
					for (let each = node; each !== undefined; each = each.parentNode) each.squashed = undefined;`,
				file,
			),
			loader: 'js',
		}));
		onLoad({filter: /ink\/build\/render-node-to-output\.js$/}, async ({path: file}) => {
			let text = await readFile(file, 'utf8');
			const patches = [
				// What it was measured as is known.
				[/const currentWidth = widestLine\(text\);/, 'const currentWidth = measureText(text).width;'],
				[/import widestLine from 'widest-line';/, "import measureText from './measure-text.js';"],
				// Texts have neither padding nor border, and each question to Yoga is one to WebAssembly.
				[/const maxWidth = getMaxWidth\(yogaNode\);/, 'const maxWidth = yogaNode.getComputedWidth();'],
				[/import getMaxWidth from '\.\/get-max-width\.js';/, ''],
			];
			for (const [pattern, replacement] of patches) text = replaceOne(text, pattern, replacement, file);
			return {contents: text, loader: 'js'};
		});
	},
};

export const leanStart = [
	outputOfChanges,
	textsStyledAlike,
	textsPutTogetherOnce,
	textsLookedThroughOnce,
	reconcilerWithoutDetours,
	yogaAtOnce,
	keysWithoutDecoder,
	commandsOfOneProgram,
	reactOnce,
	graphemesWithoutIcu,
	undiciInParts,
	parsersApart,
];
