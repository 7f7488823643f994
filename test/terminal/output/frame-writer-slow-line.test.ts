/** A line that cannot keep up: which frames go, and which wait. */
import {describe, expect, it} from 'vitest';
import {open} from './parts/open-writer.js';

/** Every write takes that long, as on a terminal whose buffer is full. */
function slow(took: number) {
	const opened = open();
	const {terminal, clock} = opened;
	terminal.onWrite = () => void clock.jump(took);
	// The first that waits may have had another reason.
	opened.writer.show('0');
	opened.writer.show('1');
	terminal.takeBytes();
	return opened;
}

describe('on a line that cannot keep up', () => {
	it('lets frames go that a newer one has overtaken, and shows the last one', async () => {
		const {terminal, clock, writer} = slow(300);
		for (let frame = 1; frame <= 50; frame++) {
			writer.show(`frame ${frame}`);
			await clock.pass(100);
		}
		// Five seconds of frames, a write of 300 ms each: most of the time nothing is written.
		expect(terminal.written.length).toBeLessThanOrEqual(10);
		await clock.pass(2000);
		expect(await terminal.text()).toMatch(/^frame 50$/m);
	});

	it('never lets a frame wait longer than a second', async () => {
		const {terminal, clock, writer} = slow(5000);
		writer.show('newer');
		await clock.pass(1000);
		expect(await terminal.text()).toMatch(/^newer$/m);
	});

	it('shows what a key has done before what only brings news', async () => {
		const {terminal, clock, writer} = slow(400);
		writer.show('news');
		await clock.pass(150);
		expect(terminal.written).toEqual([]);
		writer.keyPressed();
		writer.show('what the key has done');
		await clock.pass(250);
		expect(await terminal.text()).toMatch(/^what the key has done$/m);
	});

	it('says when it takes the next frame, and takes all of them again when the line has become free', async () => {
		const {terminal, clock, writer} = slow(300);
		expect(writer.wait()).toBe(1000);
		terminal.onWrite = () => {};
		await clock.pass(300_000);
		for (const frame of ['two', 'three', 'four']) {
			writer.show(frame);
			expect(writer.wait()).toBeLessThan(50);
		}
	});

	it('takes one write that waits for no more than that', () => {
		const {terminal, clock, writer} = open();
		terminal.onWrite = () => void clock.jump(3000);
		writer.show('0');
		expect(writer.wait()).toBe(0);
	});

	it('is not what a machine is that lets the process wait', async () => {
		let lost = 0;
		const {terminal, clock, writer} = open(80, 5, () => lost);
		// Every write is slow, because something else has the processor.
		terminal.onWrite = () => {
			lost++;
			void clock.jump(60);
		};
		for (let frame = 0; frame < 20; frame++) {
			writer.show(`frame ${frame}`);
			expect(writer.wait()).toBe(0);
			await clock.pass(100);
		}
		// Now and then one is slow, and nobody knows why.
		for (let frame = 0; frame < 40; frame++) {
			terminal.onWrite = () => void clock.jump(frame % 8 === 0 ? 60 : 0);
			writer.show(`later ${frame}`);
			expect(writer.wait()).toBe(0);
			await clock.pass(100);
		}
	});

	it('keeps the queue before the line short, so that a key is not behind ten seconds of news', async () => {
		const {terminal, clock, writer} = open();
		// A line that takes 1500 bytes a second, behind a buffer of 12 KiB, as it is with a pseudo-terminal.
		let queued = 0;
		let since = clock.now();
		terminal.onWrite = bytes => {
			queued = Math.max(0, queued - 1.5 * (clock.now() - since)) + Buffer.byteLength(bytes);
			since = clock.now();
			if (queued > 12_288) void clock.jump((queued - 12_288) / 1.5);
		};
		const queues: number[] = [];
		for (let second = 0; second < 60; second += 0.1) {
			writer.show(Array.from({length: 20}, (_, row) => `${row} ${second.toFixed(1).repeat(5)}`).join('\n'));
			await clock.pass(100);
			if (second > 30) queues.push(Math.max(0, queued - 1.5 * (clock.now() - since)));
		}
		expect(queues.toSorted((a, b) => a - b)[Math.floor(queues.length / 2)]).toBeLessThan(3000);
	});
});
