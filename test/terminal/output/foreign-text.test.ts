import {describe, expect, it} from 'vitest';
import {watchForForeignText, type Position} from '../../../source/terminal/output/foreign-text.js';
import {createFakeClock} from '../../probe/fake-clock.js';

const rows = 40;
const bytesOfRow = 200;
/** Bytes a second that rows may take while nobody presses a key. */
const rate = 75;
const place: Position = {row: 3, column: 4};

function open({isAnswering}: {isAnswering: boolean}) {
	const clock = createFakeClock();
	const drawn: {at: number; count: number}[] = [];
	let questions: ((position: Position) => void)[] = [];
	let redrawn = 0;
	let isIdle = true;
	const watch = watchForForeignText({
		clock,
		request(answered) {
			questions.push(answered);
			return 'asked';
		},
		isIdle: () => isIdle,
		redraw() {
			redrawn++;
		},
		redrawRows(count) {
			drawn.push({at: clock.now(), count});
			// As a frame is written.
			watch.beforeFrame(place);
			return count * bytesOfRow;
		},
		rows: () => rows,
	});
	watch.start(() => isAnswering);
	return {
		clock,
		watch,
		/** Rows that were drawn again so far. */
		rowsDrawn: () => drawn.reduce((sum, {count}) => sum + count, 0),
		/** The terminal answers what it was asked. */
		answer: (position: Position) => {
			for (const answered of questions) answered(position);
			questions = [];
		},
		questions: () => questions.length,
		redrawn: () => redrawn,
		setIdle: (idle: boolean) => {
			isIdle = idle;
		},
	};
}

describe.each([true, false])(
	'a screen that nothing is written on, where the terminal answers: %s',
	isAnswering => {
		it('is drawn again all the time, row by row, for less than 100 bytes a second in any ten', async () => {
			const {clock, rowsDrawn} = open({isAnswering});
			const drawnBy: number[] = [];
			for (let second = 0; second < 600; second++) {
				drawnBy.push(rowsDrawn());
				await clock.pass(1000);
				const inTen = rowsDrawn() - (drawnBy.at(-10) ?? 0);
				expect((inTen * bytesOfRow) / 10).toBeLessThan(100);
			}

			const perSecond = (rowsDrawn() * bytesOfRow) / 600;
			expect(perSecond).toBeGreaterThan(rate - 5);
			expect(perSecond).toBeLessThanOrEqual(rate + 1);
			const before = rowsDrawn();
			await clock.pass(((rows * bytesOfRow) / rate) * 1000);
			expect(rowsDrawn() - before).toBeGreaterThanOrEqual(rows - 1);
		});

		it('is not drawn again faster after the line was not free for a long time', async () => {
			const {clock, rowsDrawn, setIdle} = open({isAnswering});
			setIdle(false);
			await clock.pass(600_000);
			expect(rowsDrawn()).toBe(0);
			setIdle(true);
			await clock.pass(10_000);
			expect(rowsDrawn() * bytesOfRow).toBeLessThanOrEqual(10 * rate + bytesOfRow);
		});
	},
);

it('a terminal that answers is asked with each row where its cursor is', async () => {
	const {clock, questions, answer, rowsDrawn} = open({isAnswering: true});
	for (let second = 0; second < 20; second++) {
		await clock.pass(1000);
		expect(questions()).toBeLessThanOrEqual(1);
		answer(place);
	}

	expect(rowsDrawn()).toBeGreaterThan(5);
});

describe.each([true, false])('after a key, where the terminal answers: %s', isAnswering => {
	it('each row is drawn again once, as soon as no key comes any more', async () => {
		const {clock, watch, rowsDrawn} = open({isAnswering});
		for (let key = 0; key < 20; key++) {
			watch.keyPressed();
			await clock.pass(500);
		}

		expect(rowsDrawn()).toBe(0);
		await clock.pass(3000 + ((rows * bytesOfRow) / 300) * 1000);
		expect(rowsDrawn()).toBeGreaterThanOrEqual(rows);
		const before = rowsDrawn();
		await clock.pass(10_000);
		expect((rowsDrawn() - before) * bytesOfRow).toBeLessThanOrEqual(10 * rate + bytesOfRow);
	});

	it('nothing is drawn while the line is not free, and all of it when it is', async () => {
		const {clock, watch, rowsDrawn, setIdle} = open({isAnswering});
		watch.keyPressed();
		setIdle(false);
		await clock.pass(60_000);
		expect(rowsDrawn()).toBe(0);
		setIdle(true);
		await clock.pass(1000 + ((rows * bytesOfRow) / 300) * 1000);
		expect(rowsDrawn()).toBeGreaterThanOrEqual(rows);
	});

	it('nothing is drawn while somebody else has the terminal', async () => {
		const {clock, watch, rowsDrawn} = open({isAnswering});
		watch.keyPressed();
		watch.pause();
		await clock.pass(60_000);
		expect(rowsDrawn()).toBe(0);
	});
});

it('all is drawn when the cursor is not where it was left', async () => {
	const {watch, answer, redrawn} = open({isAnswering: true});
	expect(watch.beforeFrame(place)).toBe('asked');
	answer({row: 9, column: 0});
	expect(redrawn()).toBe(1);
});
