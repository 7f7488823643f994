/** What is called when a chunk was written, as `NodeJS.WriteStream` has it. */
export type Done = (error?: Error | null) => void;

/** What is needed of the terminal; a test hands in its own. */
export type TerminalStream = Pick<NodeJS.WriteStream, 'columns' | 'rows'> & {
	/** Bytes that the terminal has not taken yet. None where writing waits for it. */
	readonly writableLength?: number;
	write(chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean;
	on(event: 'resize', listener: () => void): unknown;
	off(event: 'resize', listener: () => void): unknown;
};
