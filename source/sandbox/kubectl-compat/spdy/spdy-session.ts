/**
 * The accepting side of a SPDY/3.1 connection, over whatever carries its bytes.
 *
 * As with the peers it is for, there are no windows (moby/spdystream, which kubectl and kubelets use, sends no
 * WINDOW_UPDATE and heeds none): a stream that is not read holds the whole connection up.
 *
 * Source: SPDY Protocol Draft 3.1, 2.3–2.6.
 */
import {SpdyError} from './error.js';
import {
	createFrameReader,
	dataFrame,
	goAwayFrame,
	goAwayStatus,
	longestData,
	pingFrame,
	resetFrame,
	resetStatus,
	synReplyFrame,
	type Frame,
} from './frames.js';
import {createHeaderPacker, createHeaderUnpacker} from './header-block.js';
import {SpdyStream, type Link} from './stream.js';

/** What carries the bytes. */
export type Carrier = {
	/** `sent` is called when more may be sent. */
	send(bytes: Buffer, sent?: () => void): void;
	pause(): void;
	resume(): void;
	/** Nothing more will be sent. */
	close(): void;
};

export type SessionOptions = {
	carrier: Carrier;
	/** A stream has been opened. By an Error it is refused. */
	opened: (stream: SpdyStream) => void;
	/** Streams open at a time; 1000 unless told. Further ones are refused. */
	limit?: number;
};

export type SpdySession = {
	/** Takes bytes as they come, never throws: what is no SPDY ends the connection with a GOAWAY. */
	receive: (bytes: Buffer) => void;
	/** The carrier is gone. */
	lost: () => void;
};

export function createSession({carrier, opened, limit = 1000}: SessionOptions): SpdySession {
	const pack = createHeaderPacker();
	const unpack = createHeaderUnpacker();
	const streams = new Map<number, SpdyStream>();
	/** Those that have not read what they got. */
	const full = new Set<SpdyStream>();
	let lastStream = 0;
	let goingAway = false;
	let isOver = false;

	const link: Link = {
		send(stream, data, isLast, sent) {
			if (isOver || !streams.has(stream.id)) {
				sent();
				return;
			}

			let rest = data;
			while (rest.length > longestData) {
				carrier.send(dataFrame(stream.id, rest.subarray(0, longestData), false));
				rest = rest.subarray(longestData);
			}

			carrier.send(dataFrame(stream.id, rest, isLast), sent);
		},
		wants(stream) {
			if (full.delete(stream) && full.size === 0) {
				carrier.resume();
			}
		},
		over(stream, isWhole) {
			link.wants(stream);
			if (streams.delete(stream.id) && !isWhole && !isOver) {
				carrier.send(resetFrame(stream.id, resetStatus.cancel));
			}

			closeWhenDone();
		},
	};

	/** After a GOAWAY what is open may come to its end, and nothing new begins. */
	function closeWhenDone(): void {
		if (goingAway && streams.size === 0 && !isOver) {
			isOver = true;
			carrier.close();
		}
	}

	function open(id: number, headers: Buffer, isLast: boolean): void {
		// Unpacked whatever comes of it: what follows is packed in reference to it.
		const unpacked = unpack(headers);
		if (goingAway) {
			return;
		}

		// The ids of a client are odd, and grow.
		if (id % 2 === 0 || id <= lastStream) {
			carrier.send(resetFrame(id, resetStatus.protocolError));
			return;
		}

		lastStream = id;
		if (streams.size >= limit) {
			carrier.send(resetFrame(id, resetStatus.refusedStream));
			return;
		}

		const stream = new SpdyStream(id, unpacked, link);
		stream.on('error', () => {
			// Whoever destroyed it knows.
		});
		streams.set(id, stream);
		carrier.send(synReplyFrame(id, pack({})));
		if (isLast) {
			stream.receive(Buffer.alloc(0), true);
		}

		try {
			opened(stream);
		} catch (error) {
			stream.destroy(error instanceof Error ? error : new Error(String(error)));
		}
	}

	function receive(frame: Frame): void {
		switch (frame.type) {
			case 'syn-stream': {
				open(frame.stream, frame.headers, frame.isLast);
				break;
			}

			case 'data': {
				const stream = streams.get(frame.stream);
				// One that is gone may have been under way when it went.
				if (stream && !stream.receive(frame.data, frame.isLast)) {
					full.add(stream);
					carrier.pause();
				}

				break;
			}

			case 'rst-stream': {
				const stream = streams.get(frame.stream);
				// Out of the map first: who resets is not told of it.
				streams.delete(frame.stream);
				stream?.destroy();
				closeWhenDone();
				break;
			}

			case 'ping': {
				// One of ours would be even, and we send none.
				if (frame.id % 2 === 1) {
					carrier.send(pingFrame(frame.id));
				}

				break;
			}

			case 'goaway': {
				goingAway = true;
				closeWhenDone();
				break;
			}

			case 'syn-reply':
			case 'headers': {
				unpack(frame.headers);
				break;
			}

			case 'settings':
			case 'window-update': {
				break;
			}
		}
	}

	function lost(): void {
		isOver = true;
		for (const stream of streams.values()) {
			stream.destroy();
		}

		streams.clear();
	}

	const read = createFrameReader(frame => {
		if (!isOver) {
			receive(frame);
		}
	});
	return {
		receive(bytes) {
			if (isOver) {
				return;
			}

			try {
				read(bytes);
			} catch (error) {
				const status = error instanceof SpdyError ? goAwayStatus.protocolError : 2;
				carrier.send(goAwayFrame(lastStream, status));
				lost();
				carrier.close();
			}
		},
		lost,
	};
}
