/**
 * What the operator can have seen when a key was pressed. A terminal works off what is sent to it in order, and puts the
 * answer to a request for the cursor's position (DSR 6, ECMA-48 §8.3.35) in order with what is typed. So such a request
 * goes out right behind each frame that shows something new to agree to: a key that comes after the answer was pressed when
 * that frame was on the screen; one that comes before it was typed ahead.
 *
 * Some terminals answer nothing, and a multiplexer answers by itself, before the terminal behind it has drawn anything, as
 * does mosh at the far end of its line: there a key counts once some time has passed since the frame was sent.
 */

import type {Position} from './output/foreign-text.js';

/** The request; the answer is `ESC [ row ; column R`. */
export const positionRequest = '\u001B[6n';

/** When a key came: so many answers before it, and not before that time in milliseconds; `before`: when the key before it came. */
export type KeyMoment = {readonly answers: number; readonly at: number; readonly before: number};

export type Sight = {
	/** While a frame is put together: something of that name is on it. The last one in a frame counts. */
	readonly drawing: (shown: string) => void;
	/** What the frame that was just put together shows, once. */
	readonly taken: () => string | undefined;
	/** What is to be written right behind a frame that shows this: a request, or nothing. */
	readonly behind: (shown: string | undefined) => string;
	/** Whether what was shown can have been on the screen when the key was pressed. */
	readonly couldSee: (shown: string, key: KeyMoment) => boolean;
	/**
	 * Whether what came up by itself was on the screen while nothing was typed, before this key or an earlier one that was asked
	 * about: else the key may be the rest of what was being typed when it came up, by somebody who has not looked yet.
	 */
	readonly isHeeded: (shown: string, key: KeyMoment) => boolean;
	/** A request for another end: `answered` is called with its answer, if there is one. What is to be written for it. */
	readonly request: (answered: (position: Position) => void) => string;
	/** The terminal has answered the next request. Row and column from 1, as it says them. */
	readonly answered: (position: Position) => void;
	/** The terminal has said what it is (DA2): one that answers for another one behind it may say so. */
	readonly identified: (attributes: readonly number[]) => void;
	/**
	 * Calls it with every request that is sent, also with those before: whether one stands behind a frame, so that a key may be
	 * judged by the time since then.
	 */
	readonly onRequest: (listener: (isBehindFrame: boolean) => void) => void;
};

/**
 * Milliseconds after a frame before a key counts where no answer can be had: longer than a line with 300 ms each way takes to
 * bring the frame and the key, longer than there is between two letters of a word, shorter than anybody reads.
 */
const leastTime = 1000;

/** Milliseconds after which an answer is not waited for any more: it was lost with a program that had the terminal meanwhile. */
const lostAfter = 5000;

/** Frames that are remembered: there is one sheet on top, and few beneath it. */
const remembered = 32;

/**
 * @param isMultiplexed The terminal is one that answers for another one behind it.
 * @param now Milliseconds of the clock by which keys are timed.
 */
export function createSight({
	isMultiplexed: isKnownMultiplexed,
	now = () => performance.now(),
}: {
	isMultiplexed: boolean;
	now?: () => number;
}): Sight {
	/** By name: the number of its request, and when it was sent. */
	const sent = new Map<string, {request: number; at: number; isHeeded: boolean}>();
	let requests = 0;
	let hasAsked = false;
	let drawn: string | undefined;
	let tell: ((isBehindFrame: boolean) => void) | undefined;
	let answers = 0;
	let isBehindAnother = isKnownMultiplexed;
	/** By the number of the request. */
	const ends = new Map<number, (position: Position) => void>();
	const asked = (isBehindFrame: boolean) => {
		requests++;
		tell?.(isBehindFrame);
		return positionRequest;
	};

	const couldSee: Sight['couldSee'] = (shown, {answers: before, at}) => {
		const frame = sent.get(shown);
		if (!frame) return false;
		const since = at - frame.at;
		if (isBehindAnother) return since >= leastTime;
		if (before >= frame.request) return true;
		// One that has answered before will do so again.
		return since >= (before === 0 ? leastTime : lostAfter);
	};

	return {
		couldSee,
		isHeeded(shown, key) {
			const frame = sent.get(shown);
			if (!frame || !couldSee(shown, key)) return false;
			frame.isHeeded ||= key.at - Math.max(frame.at, key.before) >= leastTime;
			return frame.isHeeded;
		},
		drawing(shown) {
			drawn = shown;
		},
		taken() {
			const shown = drawn;
			drawn = undefined;
			return shown;
		},
		behind(shown) {
			// With the first frame, too: whether the terminal answers at all is good to know before it matters.
			const isFirst = !hasAsked;
			hasAsked = true;
			if ((shown === undefined || sent.has(shown)) && !isFirst) return '';
			const bytes = asked(true);
			if (shown !== undefined) {
				sent.set(shown, {request: requests, at: now(), isHeeded: false});
				for (const old of [...sent.keys()].slice(0, -remembered)) sent.delete(old);
			}
			return bytes;
		},
		request(end) {
			const bytes = asked(false);
			ends.set(requests, end);
			for (const old of [...ends.keys()].slice(0, -remembered)) ends.delete(old);
			return bytes;
		},
		answered({row, column}) {
			// A key with a modifier may look like an answer that nobody has asked for.
			if (answers >= requests) return;
			answers++;
			const end = ends.get(answers);
			ends.delete(answers);
			end?.({row: row - 1, column: column - 1});
		},
		identified(attributes) {
			isBehindAnother ||= answersForAnother(attributes);
		},
		onRequest(listener) {
			tell = listener;
			for (let request = 0; request < requests; request++) listener(true);
		},
	};
}

/** Set by terminals within something that may itself be at the other end of a line. */
const withinAnother = ['TMUX', 'STY', 'ZELLIJ', 'NVIM', 'INSIDE_EMACS'];

/** Whether the environment is that of a terminal multiplexer, or of another terminal within one. */
export function isMultiplexed(env: Readonly<Record<string, string | undefined>>): boolean {
	return (
		withinAnother.some(name => (env[name] ?? '') !== '') ||
		/^(?:tmux|screen|dvtm|eterm)(?:-|$)/.test(env['TERM'] ?? '')
	);
}

/**
 * Whether a terminal says (DA2, `CSI > c`) that it is one which answers for another: GNU screen (83 for `S`, screen ansi.c),
 * tmux (84 for `T`, tmux input.c), mosh (1;10;0, mosh terminalfunctions.cc), however many hosts are in between.
 */
function answersForAnother([kind, version, extra]: readonly number[]): boolean {
	return kind === 83 || kind === 84 || (kind === 1 && version === 10 && extra === 0);
}
