import {
	cutKeys,
	giveUp,
	isTypedAlone,
	nothingPending,
	type Cut,
	type Pending,
	type Token,
} from './key-tokens.js';
import type {TerminalReport} from './reports.js';

/** What a terminal can be asked. Its answer is a report of that kind. */
export type Question = Extract<
	TerminalReport['kind'],
	'cursor' | 'status' | 'background' | 'device attributes' | 'identity'
>;

export type KeyTiming = {
	/**
	How long a lone ESC byte may be the beginning of a sequence, in milliseconds, while the terminal does not tell. tmux and
	vim use 10–50 on a fast line; an SSH line with jitter needs more.
	@default 50, or 200 over SSH
	*/
	readonly escapeTimeout?: number;
	/**
	How long the rest of a begun control sequence is waited for after each part of it, in milliseconds. Nobody types one by hand,
	and a line that lost a packet sends it again after 1 s, 2 s, 4 s (RFC 6298), so this is generous; what stays unfinished is
	dropped, never shown as text.
	@default 6000
	*/
	readonly sequenceTimeout?: number;
	/**
	How long the rest of a paste is waited for after each part of it, in milliseconds: until then keys are text of it. What comes
	later in reads of several characters is its rest all the same, until its end comes or a key is pressed.
	@default 2000
	*/
	readonly pasteTimeout?: number;
	/**
	For how long after its arrival an ESC that was taken for the Esc key may turn out to have been the beginning of a
	sequence, in milliseconds.
	@default 2000
	*/
	readonly lateness?: number;
	/**
	How long an answer is waited for before an ESC is taken for the Esc key, in milliseconds: of a terminal that has answered
	before. One that has not may never do so.
	@default 3000
	*/
	readonly answerTimeout?: number;
};

/** As long an answer of a terminal is waited for that has never answered, in milliseconds. */
const firstAnswer = 1000;

const ctrlC = '\u0003';

/** Whether the keys come over a network, by what sshd sets. */
const isRemote = (env: NodeJS.ProcessEnv): boolean =>
	['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY'].some(name => (env[name] ?? '') !== '');

/**
Puts keys and reports together from reads, in time. Times are milliseconds of any clock that never goes back.

A lone ESC is the Esc key or half of another one, and time alone cannot tell on a line that lags. So the terminal is asked
whether it is there, as soon as it is known to answer: its answer comes after all that it has sent before.
*/
export class KeyAssembler {
	readonly #escapeTimeout: number;
	readonly #sequenceTimeout: number;
	readonly #pasteTimeout: number;
	readonly #lateness: number;
	readonly #answerTimeout: number;
	readonly #ask: ((question: Question) => void) | undefined;
	#pending: Pending = nothingPending;
	#escapedAt = -Infinity;
	/** When the last part came of what is pending. */
	#lastPart = -Infinity;
	/** Questions that are not answered yet, and when the last of them was asked. */
	#due: Question[] = [];
	#askedAt = -Infinity;
	#isAnswering = false;

	/** @param ask Sends a question to the terminal; `asked` need not be called for it. Without it nothing is asked. */
	constructor(ask: ((question: Question) => void) | undefined, timing: KeyTiming = {}) {
		this.#ask = ask;
		this.#escapeTimeout = timing.escapeTimeout ?? (isRemote(process.env) ? 200 : 50);
		this.#sequenceTimeout = timing.sequenceTimeout ?? 6000;
		this.#pasteTimeout = timing.pasteTimeout ?? 2000;
		this.#lateness = timing.lateness ?? 2000;
		this.#answerTimeout = timing.answerTimeout ?? 3000;
	}

	/** A question was sent to the terminal. */
	asked(question: Question, now: number): void {
		this.#due.push(question);
		this.#askedAt = now;
	}

	/** Whether there is a question whose answer may still come. */
	isOwed(now: number): boolean {
		return this.#due.length > 0 && now < this.#answerUntil;
	}

	/** Whether the terminal has answered the last time it was waited for. */
	get isAnswering(): boolean {
		return this.#isAnswering;
	}

	/** What has begun is not gone on with. */
	forget(): void {
		this.#pending = nothingPending;
	}

	/** Takes a read: what is whole now. */
	feed(text: string, now: number): readonly Token[] {
		// Also out of a paste whose end marker was lost on the way.
		if (text === ctrlC) this.#pending = nothingPending;
		const cut = cutKeys(this.#pending, text);
		// Answers come all the time while the console draws, and are no part of what has begun.
		if (cut.pending !== this.#pending) this.#lastPart = now;
		return this.#assembled(cut, now);
	}

	/** When `expire` is to be called unless a read comes first; undefined when nothing is waited for. */
	get deadline(): number | undefined {
		switch (this.#pending.kind) {
			case 'nothing': {
				return undefined;
			}

			case 'escape': {
				const least = this.#escapedAt + this.#escapeTimeout;
				// It may be the beginning of an answer, or the answer may tell that it was alone.
				const isTelling = this.#due.length > 0 && !this.#pending.isAlone;
				return isTelling ? Math.max(least, this.#answerUntil) : least;
			}

			case 'escaped': {
				return this.#escapedAt + this.#lateness;
			}

			case 'sequence': {
				const wait = isTypedAlone(this.#pending) ? this.#lateness : this.#sequenceTimeout;
				return this.#lastPart + wait;
			}

			case 'paste': {
				return this.#lastPart + this.#pasteTimeout;
			}

			case 'pasted': {
				return this.#pending.hasKey ? this.#lastPart + this.#escapeTimeout : undefined;
			}
		}
	}

	get #answerUntil(): number {
		return this.#askedAt + (this.#isAnswering ? this.#answerTimeout : firstAnswer);
	}

	/** The deadline has passed: what is taken to be whole now. */
	expire(now: number): readonly Token[] {
		if (this.#pending.kind === 'escape' && !this.#pending.isAlone && this.#due.length > 0) {
			// Whatever it was asked, it does not answer; it is not waited for again before it does.
			this.#isAnswering = false;
			this.#due = [];
		}

		return this.#assembled(giveUp(this.#pending), now);
	}

	#assembled({tokens, pending}: Cut, now: number): readonly Token[] {
		const wasEscape = this.#pending.kind === 'escape';
		this.#pending = pending;
		for (const token of tokens) {
			if (token.kind === 'report') this.#answered(token.report);
		}

		// Also of an ESC that was read together with an answer behind it; not of one that only its answer has come to.
		const isNewEscape = !wasEscape || tokens.some(({kind}) => kind === 'key');
		if (pending.kind === 'escape' && (isNewEscape || !pending.isAlone)) this.#escapedAt = now;
		if (pending.kind === 'escape' && !pending.isAlone) {
			if (now > this.#answerUntil) this.#due = [];
			if (this.#ask && this.#isAnswering && this.#due.length === 0) {
				this.asked('status', now);
				this.#ask('status');
			}
		}

		return tokens;
	}

	#answered(report: TerminalReport) {
		const index = this.#due.findIndex(question => question === report.kind);
		if (index === -1) return;
		this.#isAnswering = true;
		// A terminal answers in the order that it was asked in: what it has left out it will not answer any more.
		this.#due.splice(0, index + 1);
	}
}
