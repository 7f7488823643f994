/** The terminal as Ink sees it: what Ink writes for the screen goes to the frame writer, all else to the terminal as it is. */
import {inkChunk} from './ink-chunk.js';
import type {Done, TerminalStream} from './terminal-stream.js';

/** Who draws what Ink writes. */
export type FrameSink = {
	/** Of the window. */
	size(): {columns: number; rows: number};
	enter(): void;
	leave(): void;
	/** Brings a frame on the screen. */
	show(frame: string): void;
	/** Whether the alternate screen is shown. */
	isOnScreen(): boolean;
	/** Whether an update of Ink's has begun and not ended. */
	isUpdating(): boolean;
	begin(): void;
	end(): void;
	/** What is on the screen may not be what it was thought to be. */
	forget(): void;
};

/** Whether this was for the screen. */
function isForScreen(chunk: string, sink: FrameSink): boolean {
	const found = inkChunk(chunk);
	if (found.kind === 'enter' || found.kind === 'leave') {
		sink[found.kind]();
		return true;
	}
	if (!sink.isOnScreen() || found.kind === 'aside') return false;
	switch (found.kind) {
		case 'begin':
		case 'end':
			sink[found.kind]();
			return true;
		case 'clear':
			sink.forget();
			// A frame of blanks is written like this, too; what follows in the same update takes its place.
			if (sink.isUpdating()) sink.show('');
			return true;
		case 'frame':
			if (sink.isUpdating()) {
				sink.show(found.text);
				return true;
			}
			// Ink writes frames in updates only: somebody else has written on the screen.
			sink.forget();
			return false;
	}
}

/** For Ink's `render(…, {stdout})`: the same terminal, but for what is written on it. */
export function inkStdout<Stream extends TerminalStream>(terminal: Stream, sink: FrameSink): Stream {
	const write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean => {
		if (typeof chunk === 'string' && chunk !== '' && isForScreen(chunk, sink)) {
			const callback = typeof encoding === 'function' ? encoding : done;
			if (callback) process.nextTick(callback);
			return true;
		}
		return typeof encoding === 'string'
			? terminal.write(chunk, encoding, done)
			: terminal.write(chunk, encoding);
	};

	return new Proxy(terminal, {
		get(target, property) {
			if (property === 'write') return write;
			if (property === 'columns' || property === 'rows') return sink.size()[property];
			const value: unknown = Reflect.get(target, property, target);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
