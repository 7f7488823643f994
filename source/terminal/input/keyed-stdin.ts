import {Readable} from 'node:stream';
import {InputDecoder} from './input-decoder.js';
import {KeyAssembler, type KeyTiming, type Question} from './key-assembler.js';
import type {Token} from './key-tokens.js';
import type {TerminalReport} from './reports.js';
import type {KeyMoment} from '../sight.js';

/** What is needed of `process.stdin`; a test hands in a stream of its own. */
export type KeySource = NodeJS.ReadableStream & {
	readonly isTTY?: boolean;
	setRawMode?(isEnabled: boolean): unknown;
	ref?(): unknown;
	unref?(): unknown;
};

export type KeyedStdinOptions = KeyTiming & {
	/** Writes to the terminal; without it nothing is asked of it. */
	readonly write?: (bytes: string) => void;
};

/** The bytes that ask (xterm's control sequences). */
const questions: Readonly<Record<Question, string>> = {
	cursor: '\u001B[6n',
	status: '\u001B[5n',
	background: '\u001B]11;?\u001B\\',
	'device attributes': '\u001B[c',
	identity: '\u001B[>c',
};

/** Around a report: the number of the read that it came with. */
export type ReportListener = (report: TerminalReport, read: number) => void;

const ctrlC = '\u0003';

/** How often it is noted that the program is not standing still, and for how long after a question, in milliseconds. */
const PULSE = {every: 25, for: 2000};

/** How long nothing counts at most after the terminal was taken back, in milliseconds: where it answers, and where it does not. */
const returning = {answering: 2000, silent: 100};

/**
Standard input for Ink's `render(…, {stdin})` that hands over ONE key per `readable`, and lets the event loop turn between
two keys, so that React has committed the effect of a key before the next one is looked at.

Why: Ink hands a whole read to `useInput` when it holds printable text, and its widgets act on the state of their last
render. `jjj`, `yes⏎` or ↓⏎ that share a read (over SSH they do) are lost or act on the wrong row
(vadimdemedes/ink#759).

Reports of the terminal come as events named `report` (`ReportListener`), in their place among the keys: when one is heard
of, all that was pressed before it has acted, and nothing that was pressed after it.

Ctrl-C empties the queue of keys before it, as the terminal driver does in cooked mode: after a mis-paste it is the way out.
*/
export class KeyedStdin extends Readable {
	readonly #source: KeySource;
	readonly #write: ((bytes: string) => void) | undefined;
	readonly #assembler: KeyAssembler;
	readonly #decoder = new InputDecoder();
	#timer: NodeJS.Timeout | undefined;
	#queue: (Omit<KeyMoment, 'before'> & {token: Token; read: number})[] = [];
	#reads = 0;
	/** Answers to requests for the position of the cursor. */
	#answers = 0;
	/** When nothing was waiting to be read: what is read next has come after that. */
	#idleAt = -Infinity;
	#cameAt = 0;
	#pulse: NodeJS.Timeout | undefined;
	#lastKey: KeyMoment = {answers: 0, at: 0, before: 0};
	#isWanted = false;
	#isTurning = false;
	#hasEnded = false;
	#isAttached = false;
	#isLeaving = false;
	#isLent = false;
	#isReturning = false;

	constructor(source: KeySource = process.stdin, options: KeyedStdinOptions = {}) {
		// One key is buffered at most: Ink reads in a loop until nothing is left.
		super({objectMode: true, highWaterMark: 1});
		this.#source = source;
		const {write} = options;
		this.#write = write;
		this.#assembler = new KeyAssembler(write && (question => write(questions[question])), options);

		// For good: an error after the last reader left must not bring the program down.
		source.on('error', this.#onEnd);
		// The source is read only while somebody listens: a program that Ink hands the terminal to gets all of its input.
		this.on('newListener', (event: string) => {
			if (event === 'readable' || event === 'data') {
				this.#attach();
			}
		});
		this.on('removeListener', () => {
			if (this.listenerCount('readable') === 0 && this.listenerCount('data') === 0) {
				this.#detach();
			}
		});
	}

	/** When the key handed over last came: what can have been on the screen then is for `Sight` to say. */
	get lastKey(): KeyMoment {
		return this.#lastKey;
	}

	/** Whether the terminal still has something to answer that somebody waits for. */
	get isOwed(): boolean {
		return this.#assembler.isOwed(performance.now());
	}

	/** Whether the terminal answers what it is asked, as far as is known. */
	get isAnswering(): boolean {
		return this.#assembler.isAnswering;
	}

	/**
	Somebody else has sent this question to the terminal.

	@param isTiming Whether it is going to matter when the keys of the next two seconds came.
	*/
	asked(question: Question, isTiming: boolean): void {
		if (isTiming) this.#watch();
		this.#assembler.asked(question, performance.now());
	}

	/** Asks the terminal; it may never answer. Its answer comes as a `report` of that kind. */
	ask(question: Question): void {
		if (this.#write === undefined) return;
		this.#assembler.asked(question, performance.now());
		this.#write(questions[question]);
	}

	/**
	No key counts any more before somebody begins to listen: what was typed behind the key that leaves the terminal to another
	is meant for that one, and read by us only by chance. Reports still come.
	*/
	forgetKeys(): void {
		this.#isLeaving = true;
		this.#assembler.forget();
		this.#queue = this.#queue.filter(({token: {kind}}) => kind === 'report');
	}

	/**
	The terminal is about to be lent to a program that asks something: what was typed for it and not read by it waits in the
	terminal when that is taken back, and is no key of ours.
	*/
	lend(): void {
		this.#isLent = true;
	}

	/** Whether the source is a terminal; Ink asks before it uses raw mode. */
	get isTTY(): boolean {
		return this.#source.isTTY === true;
	}

	setRawMode(isEnabled: boolean): this {
		this.#source.setRawMode?.(isEnabled);
		return this;
	}

	ref(): this {
		this.#source.ref?.();
		return this;
	}

	unref(): this {
		this.#source.unref?.();
		return this;
	}

	/** Keys are strings already; UTF-8 that two reads share is joined here, whatever encoding is asked for. */
	override setEncoding(): this {
		return this;
	}

	override _read(): void {
		this.#isWanted = true;
		this.#deliver();
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		clearTimeout(this.#timer);
		clearInterval(this.#pulse);
		this.#detach();
		callback(error);
	}

	readonly #onReadable = () => {
		let chunk: string | Buffer | null;
		while ((chunk = this.#source.read()) !== null) {
			this.#feed(typeof chunk === 'string' ? chunk : this.#decoder.write(chunk));
		}
	};

	/** A terminal that went away (the line is cut, the window closed) is the end of input, not an error of the program. */
	readonly #onEnd = () => {
		this.#hasEnded = true;
		this.#deliver();
	};

	#attach() {
		if (this.#isAttached) {
			return;
		}

		this.#isAttached = true;
		if (this.#isLent) this.#ignoreLeftovers();
		else this.#heed();
		this.#source.on('readable', this.#onReadable);
		this.#source.on('end', this.#onEnd);
	}

	#ignoreLeftovers() {
		this.forgetKeys();
		this.#isLent = false;
		this.#isReturning = true;
		// What it has sent before its answer was typed before anything of ours could be seen.
		this.ask('status');
		// After the timers the terminal is read once more, however late they are.
		const heed = () => setImmediate(() => this.#isReturning && this.#heed());
		setTimeout(heed, this.isAnswering ? returning.answering : returning.silent).unref();
	}

	#heed() {
		if (this.#isLeaving) this.#assembler.forget();
		this.#isLeaving = false;
		this.#isReturning = false;
	}

	#detach() {
		if (!this.#isAttached) {
			return;
		}

		this.#isAttached = false;
		this.#source.removeListener('readable', this.#onReadable);
		this.#source.removeListener('end', this.#onEnd);
		// Without this Node goes on reading the terminal in the background and would take keys from whoever has it now.
		this.#source.pause();
		// As long as Node takes it for read by `readable` it does not stop; that it no longer is takes it a tick to see.
		process.nextTick(() => {
			if (!this.#isAttached) this.#source.pause();
		});
	}

	#feed(chunk: string) {
		this.#reads += 1;
		const now = performance.now();
		this.#cameAt = this.#pulse === undefined ? now : Math.min(now, this.#idleAt);
		this.#dispatch(this.#assembler.feed(chunk, performance.now()));
	}

	#dispatch(tokens: readonly Token[]) {
		const at = this.#cameAt;
		for (const token of tokens) {
			if (token.kind === 'key' && this.#isLeaving) continue;
			if (token.kind === 'report' && token.report.kind === 'cursor') this.#answers++;
			if (token.kind === 'report' && token.report.kind === 'status' && this.#isReturning) this.#heed();
			if (token.kind === 'key' && token.key === ctrlC) {
				this.#queue = this.#queue.filter(({token: {kind}}) => kind === 'report');
			}

			this.#queue.push({token, answers: this.#answers, at, read: this.#reads});
		}

		// At once, for who waits for nothing else.
		if (tokens.some(({kind}) => kind === 'report')) this.emit('answered');
		this.#deliver();
		clearTimeout(this.#timer);
		const {deadline} = this.#assembler;
		this.#timer =
			deadline === undefined
				? undefined
				: setTimeout(this.#expire, Math.max(0, deadline - performance.now()));
	}

	/**
	A program that stands still reads a key long after it was pressed. While it matters when a key was, the time is noted at
	which there was none to be read.
	*/
	#watch() {
		clearInterval(this.#pulse);
		this.#idleAt = performance.now();
		const until = this.#idleAt + PULSE.for;
		this.#pulse = setInterval(() => {
			const now = performance.now();
			// After the timers the keys are read; only then it is known that there were none.
			setImmediate(() => {
				this.#idleAt = now;
				if (now < until) return;
				clearInterval(this.#pulse);
				this.#pulse = undefined;
			});
		}, PULSE.every);
		this.#pulse.unref();
	}

	readonly #expire = () => {
		this.#timer = undefined;
		// A busy program can be late for its own timer: look whether the rest has arrived meanwhile.
		setImmediate(() => {
			if (this.#timer === undefined) this.#dispatch(this.#assembler.expire(performance.now()));
		});
	};

	#deliver() {
		if (!this.#isWanted || this.#isTurning || (this.#queue.length === 0 && !this.#hasEnded)) {
			return;
		}

		// Two turns: React schedules its passive effects (a sheet's own input handler among them) with setImmediate, and may
		// do so only from a microtask after the key was handled. One turn could overtake them.
		this.#isTurning = true;
		setImmediate(() => {
			setImmediate(() => {
				this.#isTurning = false;
				const next = this.#queue.shift();
				if (next === undefined) {
					if (this.#hasEnded) this.push(null);
				} else if (next.token.kind === 'report') {
					this.emit('report', next.token.report, next.read);
					this.#deliver();
				} else {
					this.#isWanted = false;
					this.#lastKey = {...next, before: this.#lastKey.at};
					this.push(next.token.key);
				}
			});
		});
	}
}
