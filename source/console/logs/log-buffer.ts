/** The lines of a log that are kept, over the answers they came in: a log that was cut goes on where it was. */
import {createLineCutter} from '../../knative/text/log-lines.js';
import {
	cutEntry,
	logEntry,
	resumption,
	lineRecognizer,
	type LogEntry,
} from '../../knative/text/log-resumption.js';

/** Lines that are asked for when a log is opened. */
export const tailLines = 200;
/** Lines that are kept; a line has at most some 4,000 characters. */
const keptLines = 1000;

const gapMark = '--- cut here: lines may be missing ---';

/** What one answer is read into. */
export type LogAnswer = {
	write(text: string): void;
	/** The answer is over, in order or not. */
	end(): void;
};

export type LogBuffer = {
	/** The last lines, oldest first, printable. */
	texts(): string[];
	readonly isEmpty: boolean;
	/** Forgets everything: it is another log. */
	clear(): void;
	/**
	 * What is to be asked for next: the end of the log, or what has come since it was cut.
	 * @param mark That the container was started again: its log is another file, and what is known stays above the mark.
	 */
	next(mark?: string): {query: Record<string, string>; begin: () => LogAnswer};
};

/** @param onLines Told how many lines more there are; -1 when one was taken back that was half a line. */
export function createLogBuffer(onLines: (more: number) => void): LogBuffer {
	/** Of the runs before. */
	let above: string[] = [];
	let entries: LogEntry[] = [];
	/** The last entry is the beginning of a line that was cut. */
	let endsInHalf = false;

	function push(entry: LogEntry): void {
		entries.push(entry);
		// Not for each line again.
		if (entries.length > 2 * keptLines) entries = entries.slice(-keptLines);
		onLines(1);
	}

	function dropHalf(): void {
		if (!endsInHalf) return;
		endsInHalf = false;
		entries.pop();
		onLines(-1);
	}

	const texts = () => [...above, ...entries.map(({text}) => text)].slice(-keptLines);

	return {
		texts,
		get isEmpty() {
			return above.length + entries.length === 0;
		},
		clear() {
			above = [];
			entries = [];
			endsInHalf = false;
		},
		next(mark) {
			const whole = endsInHalf ? entries.slice(0, -1) : entries;
			const before = mark === undefined ? whole.slice(-keptLines) : [];
			const {since, known} = resumption(before);
			return {
				query: {
					timestamps: 'true',
					tailLines: String(before.length === 0 ? tailLines : keptLines),
					...(since !== undefined && {sinceTime: new Date(since).toISOString().replace('.000Z', 'Z')}),
				},
				begin() {
					if (mark === undefined) dropHalf();
					else beginRun(mark);
					return readAnswer(known);
				},
			};
		},
	};

	function beginRun(mark: string): void {
		above = [...texts(), mark];
		entries = [];
		endsInHalf = false;
		onLines(1);
	}

	/** @param known Lines that the answer begins with, if it is what it should be. */
	function readAnswer(known: readonly string[]): LogAnswer {
		const kindOf = lineRecognizer(known);
		let isOver = false;
		const cutter = createLineCutter(line => {
			const entry = isOver ? cutEntry(line) : logEntry(line);
			const kind = entry && kindOf(line);
			if (!entry || kind === 'known') return;
			if (kind === 'after a gap') push({line: undefined, text: gapMark, time: undefined});
			endsInHalf = isOver;
			push(entry);
		});
		return {
			write: text => cutter.write(text),
			end() {
				isOver = true;
				cutter.end();
			},
		};
	}
}
