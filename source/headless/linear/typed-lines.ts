/** Lines as they are typed: those that nobody has asked for yet wait, and can be dropped. */
import {createInterface} from 'node:readline';
import {setImmediate} from 'node:timers/promises';

export type TypedLines = {
	/** The next one; undefined when there are no more. */
	readonly next: () => Promise<string | undefined>;
	/** Drops those that have come before now, and says how many these were. */
	readonly dropped: () => Promise<number>;
};

/** Reads on until the input ends; `undefined` is what comes after its last line. */
export function typedLines(input: NodeJS.ReadableStream): TypedLines {
	const waiting: string[] = [];
	let isOver = false;
	let wanted: ((line: string | undefined) => void) | undefined;
	const deliver = (line: string | undefined) => {
		const deliverTo = wanted;
		wanted = undefined;
		deliverTo?.(line);
	};
	createInterface({input, terminal: false})
		.on('line', line => {
			if (wanted) deliver(line);
			else waiting.push(line);
		})
		.on('close', () => {
			isOver = true;
			deliver(undefined);
		});
	return {
		async next() {
			const line = waiting.shift();
			if (line !== undefined || isOver) return line;
			return new Promise(resolve => {
				wanted = resolve;
			});
		},
		async dropped() {
			// What the system holds for this program was typed before, too.
			await setImmediate();
			return waiting.splice(0).length;
		},
	};
}
