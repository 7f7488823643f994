/** Keys over a line that cuts and delays: no key comes out that nobody pressed. */
import {xoroshiro128plus} from 'pure-rand/generator/xoroshiro128plus';
import {uniformInt} from 'pure-rand/distribution/uniformInt';
import {describe, expect, test} from 'vitest';
import {KeyAssembler} from '../../../source/terminal/input/key-assembler.js';
import {escapeKey, type Token} from '../../../source/terminal/input/key-tokens.js';

const pasteOf = (text: string) => `\u001B[200~${text}\u001B[201~`;

/** What a terminal sends → the key that it is; undefined for what is no key of ours. */
const sent: readonly (readonly [string, string | undefined])[] = [
	...Array.from('jkqRcDuC?:=1 hl[]OPé世', character => [character, character] as const),
	['\r', '\r'],
	['\t', '\t'],
	['\u007F', '\u007F'],
	['\u0013', '\u0013'],
	...['', 'O'].flatMap(ss3 =>
		Array.from('ABCDHF', letter => [`\u001B${ss3 || '['}${letter}`, `\u001B[${letter}`] as const),
	),
	['\u001B[1;2D', '\u001B[1;2D'],
	['\u001B[3~', '\u001B[3~'],
	['\u001B[5~', '\u001B[5~'],
	['\u001B[Z', '\u001B[Z'],
	['\u001B[114;2u', 'R'],
	['\u001B[27;2;82~', 'R'],
	['\u001B[27;5;115~', '\u0013'],
	['\u001B[27u', escapeKey],
	['\u001B[1;1:3A', undefined],
	['\u001B[114;2:3u', undefined],
	['\u001BOR', undefined],
	['\u001B[15~', undefined],
	['\u001B[[D', undefined],
	['\u001B[M qD', undefined],
	['\u001B[MRRR', undefined],
	['\u001B[<0;10;20M', undefined],
	['\u001B[24;80R', undefined],
	['\u001B[?62;22c', undefined],
	['\u001B[0n', undefined],
	['\u001B[I', undefined],
	['\u001B[O', undefined],
	['\u001B]11;rgb:1c1c/1c1c/DDDD\u001B\\', undefined],
	['\u001B]11;rgb:ffff/ffff/ffff\u0007', undefined],
	['\u001BP>|xterm(388)RqD\u001B\\', undefined],
	['\u001B[?2026;2$y', undefined],
	['\u009BD', '\u001B[D'],
	['\u009D11;rgb:RRRR/qqqq/DDDD\u009C', undefined],
	[pasteOf('R'), pasteOf('R')],
	[pasteOf('Rq'), pasteOf('Rq')],
];

type SlowLine = {
	readonly random: (low: number, high: number) => number;
	/** Whether the terminal answers when it is asked whether it is there. */
	readonly isAnswering: boolean;
	/** Milliseconds; the parts of what is sent take up to that long, and their order stays. */
	readonly delay: number;
	/** The most milliseconds that the operator takes from one key to the next. */
	readonly pause: number;
};

/** Sends so many bytes over a line that cuts them anywhere; says what came out that was not asked for. */
function send(bytes: number, {random, isAnswering, delay, pause}: SlowLine) {
	let now = 0;
	let arrival = 0;
	/** What is on its way, in order: the line never turns it round. */
	const way: {at: number; text: string}[] = [];
	const put = (text: string, at: number) => {
		arrival = Math.max(arrival, at);
		way.push({at: arrival, text});
	};
	const allowed = new Map<string, number>();
	const strange: string[] = [];
	const came = new Map<string, number>();
	let total = 0;
	let keys = 0;
	const note = (tokens: readonly Token[]) => {
		for (const token of tokens) {
			if (token.kind === 'report') continue;
			keys++;
			came.set(token.key, (came.get(token.key) ?? 0) + 1);
			const left = (allowed.get(token.key) ?? 0) - 1;
			allowed.set(token.key, left);
			if (left < 0) strange.push(JSON.stringify(token.key));
		}
	};
	const assembler = new KeyAssembler(
		isAnswering ? () => put('\u001B[0n', now + random(0, delay)) : undefined,
		{
			escapeTimeout: 50,
		},
	);
	if (isAnswering) {
		assembler.asked('device attributes', 0);
		put('\u001B[?62c', 0);
	}

	const pass = (until: number) => {
		for (;;) {
			const next = way[0]?.at ?? Infinity;
			const due = assembler.deadline ?? Infinity;
			now = Math.min(next, due);
			if (now > until) break;
			if (due < next) {
				note(assembler.expire(now));
				continue;
			}

			let read = way.shift()?.text ?? '';
			// A program that is busy for a while reads at once what has come meanwhile.
			const busyUntil = now + random(0, 3) * 20;
			for (let more = way[0]; more !== undefined && more.at <= busyUntil; more = way[0]) {
				way.shift();
				now = Math.max(now, more.at);
				read += more.text;
			}

			note(assembler.feed(read, now));
		}

		now = until;
	};

	let typed = 0;
	while (total < bytes) {
		// An operator who sees nothing happen waits for it.
		typed = Math.max(typed, arrival - delay) + random(0, pause);
		pass(typed);
		const [text, key] = sent[random(0, sent.length - 1)] ?? ['', undefined];
		total += Buffer.byteLength(text);
		if (key !== undefined) allowed.set(key, (allowed.get(key) ?? 0) + 1);
		const characters = Array.from(text);
		const places = characters.map((_, index) => index).filter(index => index > 0 && random(0, 2) === 0);
		const delays = [0, ...places].map(() => random(0, delay)).toSorted((a, b) => a - b);
		for (const [part, place] of [0, ...places].entries()) {
			put(characters.slice(place, places[part]).join(''), typed + (delays[part] ?? 0));
		}
	}

	pass(arrival + 10_000);
	return {strange, keys, came, isIdle: assembler.deadline === undefined};
}

/** In `npm test` a share of what is sent: `FUZZ_BYTES=1000000` sends as much. */
const bytes = Number(process.env['FUZZ_BYTES'] ?? 40_000);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

const randomOf = (from: number) => {
	const generator = xoroshiro128plus(from);
	return (low: number, high: number) => uniformInt(generator, low, high);
};

describe('real sequences that are cut at every place and delayed up to 1.5 s', () => {
	test('make no key that was not pressed, where the terminal answers', () => {
		const {strange, keys, isIdle} = send(bytes, {
			random: randomOf(seed),
			isAnswering: true,
			delay: 1500,
			pause: 4000,
		});
		expect(strange).toEqual([]);
		expect(keys).toBeGreaterThan(bytes / 40);
		expect(isIdle).toBe(true);
	});

	test('make none but Esc, where it never answers', () => {
		const {strange, isIdle} = send(bytes, {
			random: randomOf(seed + 1),
			isAnswering: false,
			delay: 1500,
			pause: 4000,
		});
		expect(strange.filter(key => key !== JSON.stringify(escapeKey))).toEqual([]);
		expect(isIdle).toBe(true);
	});

	test('are all there on a line that only cuts them', () => {
		const {strange, keys, came} = send(bytes, {
			random: randomOf(seed + 2),
			isAnswering: true,
			delay: 0,
			pause: 300,
		});
		expect(strange).toEqual([]);
		expect(keys).toBeGreaterThan(bytes / 10);
		// One of each kind at least.
		expect(sent.filter(([, key]) => key !== undefined && !came.has(key))).toEqual([]);
	});
});

test('an Esc that is read together with an answer may still be the beginning of what comes later', () => {
	const assembler = new KeyAssembler(() => {}, {escapeTimeout: 50, lateness: 2000});
	const keys: string[] = [];
	const note = (tokens: readonly Token[]) => {
		for (const token of tokens) if (token.kind === 'key') keys.push(token.key);
	};
	assembler.asked('cursor', 10_000);
	note(assembler.feed('\u001B\u001B[1;120R', 10_010));
	expect(assembler.deadline).toBe(10_060);
	note(assembler.expire(10_060));
	expect(assembler.deadline).toBe(12_010);
	note(assembler.feed('[?62;22', 10_300));
	note(assembler.feed('c\u001B[25;67R', 10_600));
	expect(keys).toEqual([escapeKey]);
});

test('several keys in one read are the rest of a paste that has stood still, until one has come by itself', () => {
	const assembler = new KeyAssembler(undefined, {escapeTimeout: 50});
	const keys: string[] = [];
	const note = (tokens: readonly Token[]) => {
		for (const token of tokens) if (token.kind === 'key') keys.push(token.key);
	};
	note(assembler.feed('\u001B[200~a', 10_000));
	expect(assembler.deadline).toBe(12_000);
	note(assembler.expire(12_000));
	expect(assembler.deadline).toBe(undefined);
	note(assembler.feed('Rq', 40_000));
	note(assembler.feed('j', 40_010));
	note(assembler.feed('Rq', 40_020));
	note(assembler.feed('j', 50_000));
	expect(assembler.deadline).toBe(50_050);
	note(assembler.expire(50_050));
	note(assembler.feed('Rq', 50_060));
	expect(keys).toEqual([pasteOf('a'), pasteOf('Rq'), 'j', pasteOf('Rq'), 'j', 'R', 'q']);
});

test.each([
	['a paste', '\u001B[200~a', 2000],
	['a sequence', '\u001B[1;', 6000],
])('the end of %s is waited for no longer because the terminal answers meanwhile', (_, begun, wait) => {
	const assembler = new KeyAssembler(() => {});
	assembler.feed(begun, 10_000);
	for (let now = 10_200; now < 10_000 + wait; now += 200) {
		assembler.asked('cursor', now);
		assembler.feed('\u001B[24;80R', now + 10);
		expect(assembler.deadline).toBe(10_000 + wait);
	}

	assembler.feed('2', 10_000 + wait - 50);
	expect(assembler.deadline).not.toBe(10_000 + wait);
});
