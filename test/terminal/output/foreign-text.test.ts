import {describe, expect, it} from 'vitest';
import {watchForForeignText, type Position} from '../../../source/terminal/output/foreign-text.js';
import {createFakeClock} from '../../probe/fake-clock.js';

const rows = 40;
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

describe('a screen that nothing is written on', () => {
	it('is looked at ever less often, a row at a time, where the terminal answers', async () => {
		const {clock, rowsDrawn, questions, answer} = open({isAnswering: true});
		await clock.pass(4000);
		expect([rowsDrawn(), questions()]).toEqual([1, 1]);
		answer(place);
		await clock.pass(60_000);
		expect(rowsDrawn()).toBe(4);
		await clock.pass(320_000);
		expect(rowsDrawn()).toBe(14);
	});

	it('is drawn again all the time, some rows at a time, where it does not', async () => {
		const {clock, rowsDrawn, questions} = open({isAnswering: false});
		await clock.pass((rows / 2) * 4000);
		expect(rowsDrawn()).toBe(rows);
		expect(questions()).toBe(0);
	});
});

describe.each([true, false])('after a key, where the terminal answers: %s', isAnswering => {
	it('each row is drawn again once, as soon as no key comes any more', async () => {
		const {clock, watch, rowsDrawn} = open({isAnswering});
		for (let key = 0; key < 20; key++) {
			watch.keyPressed();
			await clock.pass(500);
		}

		expect(rowsDrawn()).toBe(0);
		await clock.pass(3000 + (rows / 2) * 1000);
		expect(rowsDrawn()).toBeGreaterThanOrEqual(rows);
		const before = rowsDrawn();
		await clock.pass(4000);
		expect(rowsDrawn() - before).toBeLessThanOrEqual(2);
	});

	it('nothing is drawn while the line is not free, and all of it when it is', async () => {
		const {clock, watch, rowsDrawn, setIdle} = open({isAnswering});
		watch.keyPressed();
		setIdle(false);
		await clock.pass(60_000);
		expect(rowsDrawn()).toBe(0);
		setIdle(true);
		await clock.pass((rows / 2) * 1000);
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
