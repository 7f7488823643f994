/**
Cuts what a terminal sent into single keys and reports. A pure core: `KeyedStdin` adds the stream and the clock.

Over SSH several keys regularly share one read, and one key is regularly cut in two, with a second between its halves. So
whatever may be a part of a sequence is never taken for typing: a lost key is pressed again, a wrong one has happened.
*/

import {stripVTControlCharacters} from 'node:util';
import {graphemes} from '../output/graphemes.js';
import {reportOf, type TerminalReport} from './reports.js';
import {altKey, escapeKey, keyOfSequence, withAlt} from './sequence-keys.js';
import {escape, introducers, isTyped, mayContinueEscape, sequenceAt, type Sequence} from './sequences.js';

export {escapeKey} from './sequence-keys.js';

const pasteStart = `${escape}[200~`;
const pasteEnd = `${escape}[201~`;
const ctrlC = '\u0003';

/** A paste longer than this many UTF-16 units keeps its beginning only; no field of a form is that long. */
export const longestPaste = 65_536;

/** Of an escape sequence that is longer than this only its beginning is kept: enough to know where it ends. */
const longestSequence = 4096;
const keptOfSequence = 8;

/** What is left over at the end of a read, and so what the next read (or the clock) must decide. */
export type Pending =
	| {readonly kind: 'nothing'}
	/**
	ESC, once or twice: the Esc key, or the first byte of a sequence that the network cut. `isAlone`: the terminal has answered
	since, so that a character is not Alt's.
	*/
	| {readonly kind: 'escape'; readonly text: string; readonly isAlone: boolean}
	/** An ESC that was taken for the Esc key a moment ago. What begins like the rest of a sequence is that rest. */
	| {readonly kind: 'escaped'}
	/** The beginning of a control sequence. `isLate`: its ESC has been taken for the Esc key already. */
	| {readonly kind: 'sequence'; readonly text: string; readonly isLate: boolean}
	/** Inside a bracketed paste. `tail` is what might be the beginning of its end marker. */
	| {readonly kind: 'paste'; readonly text: string; readonly tail: string}
	/**
	A paste that was given up before its end came: several characters in one read are its rest. `hasKey`: a key came by itself;
	when nothing follows it, the end is lost.
	*/
	| {readonly kind: 'pasted'; readonly tail: string; readonly hasKey: boolean};

export const nothingPending: Pending = {kind: 'nothing'};

export type Token =
	/** In Ink's spelling; a paste is one token, `ESC[200~` … `ESC[201~`, with clean text between. */
	{readonly kind: 'key'; readonly key: string} | {readonly kind: 'report'; readonly report: TerminalReport};

export type Cut = {readonly tokens: readonly Token[]; readonly pending: Pending};

const keyToken = (key: string): Token => ({kind: 'key', key});

/** How many characters at the end of `text` might be the beginning of the paste's end marker. */
const unfinishedMarker = (text: string): number => {
	for (let length = Math.min(pasteEnd.length - 1, text.length); length > 0; length--) {
		if (pasteEnd.startsWith(text.slice(-length))) {
			return length;
		}
	}

	return 0;
};

/**
Pasted text, made harmless: escape sequences and control characters removed, line ends and tabs made uniform, line ends
around it dropped. Lines inside stay apart with `\n`: a list field makes rows of them.
*/
export const cleanPaste = (text: string): string =>
	stripVTControlCharacters(text)
		.replaceAll(/\r\n?/g, '\n')
		.replaceAll('\t', ' ')
		.replaceAll(/(?!\n)\p{Control}|\p{Surrogate}/gu, '')
		.replaceAll(/^\n+|\n+$/g, '');

const pasteTokens = (text: string): readonly Token[] => {
	const clean = cleanPaste(text);
	return clean === '' ? [] : [keyToken(pasteStart + clean + pasteEnd)];
};

const plainKeys = (text: string): string[] => {
	const keys: string[] = [];
	// Control characters are keys of their own; CR LF is one Enter (some clients send both). Bytes that are no text (lone
	// surrogates, see InputDecoder) and 8-bit control characters never are.
	for (const part of text.split(/(\r\n|\p{Control}|\p{Surrogate})/u)) {
		if (part === '\r\n') {
			keys.push('\r');
		} else if (!/^[\u0080-\u009F\p{Surrogate}]$/u.test(part)) {
			keys.push(...graphemes(part));
		}
	}

	return keys;
};

/** Of a sequence that is still to end, no more than is needed to find its end. */
const kept = (text: string): string => {
	if (text.length <= longestSequence) return text;
	return text.slice(0, keptOfSequence) + (text.endsWith(escape) ? escape : '');
};

/**
What opens a field for text. After an ESC it is Esc and this key, never Alt with it: else the text that follows would be taken for
commands, or stand in the field that Esc was to leave.
*/
const beginsText = new Set(['/', ':']);

/** Whether a sequence is a key or would be one if it meant anything: Alt may stand before it. */
const isKey = (sequence: Sequence): boolean =>
	(sequence.kind === 'CSI' || sequence.kind === 'SS3') &&
	reportOf(sequence) === undefined &&
	!isPasteStart(sequence);

const isPasteStart = (sequence: Sequence): boolean =>
	sequence.kind === 'CSI' && sequence.body === '200' && sequence.final === '~';

/** Where to go on; what waits for the next read; or where a paste begins. */
type Next = {readonly at: number} | {readonly pending: Pending} | {readonly paste: number};

class Cutter {
	readonly #text: string;
	readonly #tokens: Token[] = [];

	constructor(text: string) {
		// An end marker without a beginning: what is before it is the rest of a paste that was given up.
		const end = text.indexOf(pasteEnd);
		const start = text.indexOf(pasteStart);
		this.#text = end === -1 || (start !== -1 && start < end) ? text : text.slice(end + pasteEnd.length);
	}

	/** @param isLate Whether the ESC at the beginning has been taken for the Esc key already. */
	cut(isLate: boolean): Cut {
		let index = 0;
		while (index < this.#text.length) {
			const offset = this.#text.slice(index).search(introducers);
			if (offset === -1) {
				this.#keys(this.#text.slice(index));
				break;
			}

			this.#keys(this.#text.slice(index, index + offset));
			const next = this.#from(index + offset, isLate && index + offset === 0);
			if ('pending' in next) return {tokens: this.#tokens, pending: next.pending};
			if ('paste' in next) {
				const pasted = continuePaste({kind: 'paste', text: '', tail: ''}, this.#text.slice(next.paste));
				return {tokens: [...this.#tokens, ...pasted.tokens], pending: pasted.pending};
			}

			index = next.at;
		}

		return {tokens: this.#tokens, pending: nothingPending};
	}

	#keys(text: string) {
		this.#tokens.push(...plainKeys(text).map(key => keyToken(key)));
	}

	/** Takes what begins at an ESC or an 8-bit introducer. */
	#from(index: number, isLate: boolean): Next {
		const text = this.#text;
		const sequence = sequenceAt(text, index);
		if (sequence !== undefined) return this.#sequence(sequence, text.slice(index), isLate);
		const rest = text.slice(index + 1);
		if (rest === '' || rest === escape) {
			return {pending: {kind: 'escape', text: text.slice(index), isAlone: false}};
		}

		if (introducers.test(rest.charAt(0))) return this.#escapeBefore(index, isLate);
		// Ctrl-C is a way out of everything, also right after Esc.
		if (rest.startsWith(ctrlC)) return {at: index + 1};
		const [character = ''] = graphemes(rest);
		if (!isLate && beginsText.has(character)) this.#tokens.push(keyToken(escapeKey));
		// Its ESC was the Esc key, and this is no sequence after all.
		const key = isLate || beginsText.has(character) ? character : altKey(character);
		if (key !== undefined) this.#tokens.push(keyToken(key));
		return {at: index + 1 + character.length};
	}

	/** ESC before another sequence: Alt with that key; before anything else that is none it was the Esc key. */
	#escapeBefore(index: number, isLate: boolean): Next {
		const text = this.#text;
		const second = sequenceAt(text, index + 1);
		if (second?.kind === 'unfinished' && cutKey.test(text.slice(index + 1))) {
			return {pending: {kind: 'sequence', text: kept(text.slice(index)), isLate}};
		}

		if (second !== undefined && isKey(second) && second.kind !== 'unfinished') {
			const key = isLate ? undefined : withAlt(second);
			if (key !== undefined) this.#tokens.push(keyToken(key));
			return {at: second.end};
		}

		this.#tokens.push(keyToken(escapeKey));
		return {at: index + 1};
	}

	#sequence(sequence: Sequence, text: string, isLate: boolean): Next {
		if (sequence.kind === 'unfinished') return {pending: {kind: 'sequence', text: kept(text), isLate}};
		if (isPasteStart(sequence)) return {paste: sequence.end};
		const report = reportOf(sequence);
		if (report !== undefined) this.#tokens.push({kind: 'report', report});
		else if (!isLate) {
			const key = keyOfSequence(sequence);
			if (key !== undefined) this.#tokens.push(keyToken(key));
		}

		return {at: sequence.end};
	}
}

/** The beginning of a key, and not that of a report, which has other parameters. */
const cutKey = new RegExp(`^(?:${escape}[[O]|[\u009B\u008F])[\\d;:]*$`, 'u');

/** An answer of the terminal to what it was asked, whole. */
const answer = new RegExp(`${escape}\\[(?:\\??\\d+;\\d+(?:;\\d+)?R|0n|\\?[\\d;]*c)`, 'u');

/**
Cut `chunk`, which follows `before`, into keys and reports.

A terminal spells Alt with a character as ESC and that character in one write. Over SSH the Esc key and the next key may
arrive in one read just as well, and nobody can tell: so they are Alt with that key, which means nothing but for the few
that a line editor knows, and but for a key that begins text (`beginsText`). In two reads, with an answer of the terminal or enough time between them, they are two keys.

An answer stands between two keys, never within one, unless something between us and the terminal gives it in its place, as
mosh and multiplexers do: so what was pending before it still is.
*/
export const cutKeys = (before: Pending, chunk: string): Cut => {
	const found = answer.exec(chunk);
	const sequence = found && sequenceAt(found[0], 0);
	const report = sequence && reportOf(sequence);
	if (!report) return cutText(before, chunk);
	const first = cutText(before, chunk.slice(0, found.index));
	const {pending} = first;
	const rest = cutKeys(
		pending.kind === 'escape' ? {...pending, isAlone: true} : pending,
		chunk.slice(found.index + found[0].length),
	);
	return {tokens: [...first.tokens, {kind: 'report', report}, ...rest.tokens], pending: rest.pending};
};

const cutText = (before: Pending, chunk: string): Cut => {
	if (chunk === '') return {tokens: [], pending: before};
	switch (before.kind) {
		case 'paste': {
			return continuePaste(before, chunk);
		}

		case 'pasted': {
			return continuePasted(before, chunk);
		}

		case 'sequence': {
			return continueSequence(before, chunk);
		}

		case 'escaped': {
			return mayContinueEscape(chunk) ? new Cutter(escape + chunk).cut(true) : new Cutter(chunk).cut(false);
		}

		case 'escape': {
			return continueEscape(before, chunk);
		}

		case 'nothing': {
			return new Cutter(chunk).cut(false);
		}
	}
};

const continueSequence = (before: Extract<Pending, {kind: 'sequence'}>, chunk: string): Cut => {
	const sequence = isTypedAlone(before) ? sequenceAt(before.text + chunk, 0) : undefined;
	if (sequence === undefined || !isTyped(sequence)) return new Cutter(before.text + chunk).cut(before.isLate);
	const rest = cutText(nothingPending, chunk);
	return {tokens: [...giveUp(before).tokens, ...rest.tokens], pending: rest.pending};
};

const escapeKeys = (text: string): readonly Token[] => Array.from(text, () => keyToken(escapeKey));

const continueEscape = (before: Extract<Pending, {kind: 'escape'}>, chunk: string): Cut => {
	if (before.isAlone && !mayContinueEscape(chunk)) {
		const rest = cutKeys(nothingPending, chunk);
		return {tokens: [...escapeKeys(before.text), ...rest.tokens], pending: rest.pending};
	}

	return new Cutter(before.text + chunk).cut(false);
};

const continuePaste = (before: Extract<Pending, {kind: 'paste'}>, chunk: string): Cut => {
	const text = before.tail + chunk;
	const end = text.indexOf(pasteEnd);
	if (end === -1) {
		const length = text.length - unfinishedMarker(text);
		const pasted = (before.text + text.slice(0, length)).slice(0, longestPaste);
		return {tokens: [], pending: {kind: 'paste', text: pasted, tail: text.slice(length)}};
	}

	const paste = pasteTokens((before.text + text.slice(0, end)).slice(0, longestPaste));
	const rest = cutKeys(nothingPending, text.slice(end + pasteEnd.length));
	return {tokens: [...paste, ...rest.tokens], pending: rest.pending};
};

/** What no paste has, as terminals send it: a sequence, or a control character that is no end of a line and no tab. */
const unpasted = /(?![\t\n\r])\p{Control}/u;

/**
The rest of a paste that was given up comes in pieces, as the line lets it through; a key that is pressed comes by itself, and
is that key. By that, or by what no paste has, it is known that the end is lost: the line keeps the order of what is sent.
*/
const continuePasted = (before: Extract<Pending, {kind: 'pasted'}>, chunk: string): Cut => {
	const text = before.tail + chunk;
	const plain = text.slice(0, unpasted.exec(text)?.index);
	const next = text.slice(plain.length);
	const isRest =
		next.startsWith(pasteEnd) ||
		plainKeys(plain).length > 1 ||
		(plain !== '' && next !== '' && pasteEnd.startsWith(next));
	if (!isRest) {
		const cut = new Cutter(text).cut(false);
		const isPressed = cut.tokens.some(({kind}) => kind === 'key');
		const isEndLost = isPressed && next !== '';
		return isEndLost || cut.pending.kind !== 'nothing'
			? cut
			: {tokens: cut.tokens, pending: {kind: 'pasted', tail: '', hasKey: isPressed || before.hasKey}};
	}

	const {tokens, pending} = continuePaste({kind: 'paste', text: '', tail: ''}, text);
	return pending.kind === 'paste'
		? {tokens: pasteTokens(pending.text), pending: {kind: 'pasted', tail: pending.tail, hasKey: false}}
		: {tokens, pending};
};

/** A single character after the Esc key: one that was pressed, unless its rest comes. */
export const isTypedAlone = (pending: Extract<Pending, {kind: 'sequence'}>): boolean =>
	pending.isLate && pending.text.length === 2;

/** What is left over, when the rest has not come in time. */
export const giveUp = (pending: Pending): Cut => {
	switch (pending.kind) {
		case 'escape': {
			return {tokens: escapeKeys(pending.text), pending: {kind: 'escaped'}};
		}

		case 'paste': {
			return {
				tokens: pasteTokens(pending.text),
				pending: {kind: 'pasted', tail: pending.tail, hasKey: false},
			};
		}

		case 'sequence': {
			// Never shown as text.
			return {
				tokens: isTypedAlone(pending) ? [keyToken(pending.text.charAt(1))] : [],
				pending: nothingPending,
			};
		}

		case 'pasted':
		case 'escaped':
		case 'nothing': {
			return {tokens: [], pending: nothingPending};
		}
	}
};
