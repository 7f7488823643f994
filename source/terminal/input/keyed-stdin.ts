import {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';
import {cutKeys, ESCAPE_KEY, NOTHING_PENDING, type Pending} from './key-tokens.js';

/** What is needed of `process.stdin`; a test hands in a stream of its own. */
export type KeySource = NodeJS.ReadableStream & {
	readonly isTTY?: boolean;
	setRawMode?(isEnabled: boolean): unknown;
	ref?(): unknown;
	unref?(): unknown;
};

export type KeyedStdinOptions = {
	/**
	How long a lone ESC byte may be the beginning of a sequence, in milliseconds. tmux and vim use 10–50 on a fast line;
	an SSH line with jitter needs the upper end.
	@default 50
	*/
	readonly escapeTimeout?: number;
	/**
	How long the rest of a begun control sequence is waited for, in milliseconds. Nobody types one by hand, so this is
	generous; what stays unfinished is dropped, never shown as text.
	@default 500
	*/
	readonly sequenceTimeout?: number;
};

const CTRL_C = '\u0003';

/**
Standard input for Ink's `render(…, {stdin})` that hands over ONE key per `readable`, and lets the event loop turn between
two keys, so that React has committed the effect of a key before the next one is looked at.

Why: Ink hands a whole read to `useInput` when it holds printable text, and its widgets act on the state of their last
render. `jjj`, `yes⏎` or ↓⏎ that share a read (over SSH they do) are lost or act on the wrong row
(vadimdemedes/ink#759).

Ctrl-C empties the queue of keys before it, as the terminal driver does in cooked mode: after a mis-paste it is the way out.
*/
export class KeyedStdin extends Readable {
	readonly #source: KeySource;
	readonly #escapeTimeout: number;
	readonly #sequenceTimeout: number;
	readonly #decoder = new StringDecoder('utf8');
	#pending: Pending = NOTHING_PENDING;
	#timer: NodeJS.Timeout | undefined;
	#queue: {key: string; read: number}[] = [];
	#reads = 0;
	#lastRead = 0;
	#isWanted = false;
	#isTurning = false;
	#hasEnded = false;
	#isAttached = false;

	constructor(source: KeySource = process.stdin, options: KeyedStdinOptions = {}) {
		// One key is buffered at most: Ink reads in a loop until nothing is left.
		super({objectMode: true, highWaterMark: 1});
		this.#source = source;
		this.#escapeTimeout = options.escapeTimeout ?? 50;
		this.#sequenceTimeout = options.sequenceTimeout ?? 500;

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

	/**
	The number of the read that the key handed over last came with. Keys of one number were pressed before anything that the
	first of them did could be seen: what a person has to have looked at must not be agreed to by the second.
	*/
	get lastRead(): number {
		return this.#lastRead;
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
		this.#detach();
		callback(error);
	}

	readonly #onReadable = () => {
		let chunk: string | Buffer | null;
		while ((chunk = this.#source.read()) !== null) {
			this.#take(typeof chunk === 'string' ? chunk : this.#decoder.write(chunk));
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
		this.#source.on('readable', this.#onReadable);
		this.#source.on('end', this.#onEnd);
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
	}

	#take(chunk: string) {
		clearTimeout(this.#timer);
		if (chunk === CTRL_C) {
			// Also out of a paste whose end marker was lost on the way.
			this.#pending = NOTHING_PENDING;
		}

		this.#reads += 1;
		const read = this.#reads;
		const {keys: found, pending} = cutKeys(this.#pending, chunk);
		const keys = found.map(key => ({key, read}));
		this.#pending = pending;
		const interrupt = found.lastIndexOf(CTRL_C);
		if (interrupt === -1) {
			this.#queue.push(...keys);
		} else {
			this.#queue = keys.slice(interrupt);
		}

		this.#deliver();
		if (pending.kind === 'escape' || pending.kind === 'sequence') {
			const wait = pending.kind === 'escape' ? this.#escapeTimeout : this.#sequenceTimeout;
			this.#timer = setTimeout(this.#giveUpWaiting, wait);
		}
	}

	readonly #giveUpWaiting = () => {
		// A busy program can be late for its own timer: look whether the rest has arrived meanwhile.
		this.#timer = undefined;
		setImmediate(() => {
			if (this.#timer !== undefined) {
				return;
			}

			const {kind} = this.#pending;
			if (kind === 'escape' || kind === 'sequence') {
				this.#pending = NOTHING_PENDING;
				if (kind === 'escape') {
					this.#queue.push({key: ESCAPE_KEY, read: this.#reads});
					this.#deliver();
				}
			}
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
				if (next !== undefined) {
					this.#isWanted = false;
					this.#lastRead = next.read;
					this.push(next.key);
				} else if (this.#hasEnded) {
					this.push(null);
				}
			});
		});
	}
}
