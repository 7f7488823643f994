/** The write that is under way, for the last words of a program that is ended meanwhile. */
import {setTimeout as delay} from 'node:timers/promises';

/** What is true of a write; `code` is how the program is to end for it, where that matters. */
export type LastWords = {sentence: string; code?: number};

export type WriteUnderWay = {
	/** It is known what became of it. To be called before `end`. */
	readonly settled: (words: LastWords) => void;
	/** Nothing is to be said of it any more: whoever has sent it has said it. */
	readonly end: () => void;
};

export type UnderWay = {
	/** @param title What is written: `roll back cart`. */
	readonly begin: (title: string) => WriteUnderWay;
	/** Waits for the answer, for a second at most; undefined when nothing is under way. */
	readonly lastWords: () => Promise<LastWords> | undefined;
};

/** Milliseconds that somebody who wants to leave waits for an answer. */
const longestWait = 1000;

/** Perhaps made. As of `exitCodes.unknown`. */
const unknownCode = 4;

/** One for the whole program: of two writes at a time the words of the later one count. */
export function createUnderWay(): UnderWay {
	let current: {title: string; words: Promise<LastWords>} | undefined;
	return {
		begin(title) {
			const {promise, resolve} = Promise.withResolvers<LastWords>();
			const mine = {title, words: promise};
			current = mine;
			return {
				settled(words) {
					resolve(words);
					mine.words = Promise.resolve(words);
				},
				end() {
					if (current === mine) current = undefined;
				},
			};
		},
		lastWords() {
			if (!current) return undefined;
			const {title, words} = current;
			const unknown: LastWords = {
				sentence: `Sent, outcome not known: ${title}. The next start looks what became of it.`,
				code: unknownCode,
			};
			return Promise.race([words, delay(longestWait, unknown)]);
		},
	};
}
