import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {createPace} from '../../../source/sandbox/store/sandbox-pace.js';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

it('makes time pass as many times as fast', () => {
	const task = vi.fn<() => void>();
	createPace(10).after(1000, task);
	vi.advanceTimersByTime(99);
	expect(task).not.toHaveBeenCalled();
	vi.advanceTimersByTime(1);
	expect(task).toHaveBeenCalledOnce();
});

it('calls off a task', () => {
	const task = vi.fn<() => void>();
	createPace(1).after(1000, task)();
	createPace(Infinity).after(1000, task)();
	vi.runAllTimers();
	expect(task).not.toHaveBeenCalled();
});

it('at a pace of Infinity runs everything at once, but never inside the call', () => {
	const order: string[] = [];
	createPace(Infinity).after(600_000, () => order.push('task'));
	order.push('caller');
	vi.runAllTimers();
	expect(order).toEqual(['caller', 'task']);
});

it('does not take a delay that no timer can hold for none', () => {
	const task = vi.fn<() => void>();
	createPace(1e-9).after(1000, task);
	vi.advanceTimersByTime(60_000);
	expect(task).not.toHaveBeenCalled();
});

it('keeps the order of times, however fast: a deadline waits for the steps before it', () => {
	const order: string[] = [];
	const pace = createPace(1e6);
	pace.after(600_000, () => order.push('deadline'));
	const step = (left: number): void => {
		pace.after(1000, () => {
			order.push('step');
			if (left > 1) {
				step(left - 1);
			}
		});
	};
	step(500);
	vi.runAllTimers();
	expect(order).toHaveLength(501);
	expect(order.at(-1)).toBe('deadline');
});

it('says what time it is, which stands still while it is held', () => {
	const pace = createPace(10);
	const start = pace.now();
	vi.advanceTimersByTime(100);
	expect(pace.now() - start).toBeCloseTo(1000);
	const task = vi.fn<() => void>();
	pace.after(1000, task);
	const release = pace.hold();
	vi.advanceTimersByTime(500);
	expect(pace.now() - start).toBeCloseTo(1000);
	expect(task).not.toHaveBeenCalled();
	release();
	vi.advanceTimersByTime(99);
	expect(task).not.toHaveBeenCalled();
	vi.advanceTimersByTime(2);
	expect(task).toHaveBeenCalledOnce();
	expect(pace.now() - start).toBeCloseTo(2010);
});

it('is not held for longer than a second', () => {
	const pace = createPace(1);
	const task = vi.fn<() => void>();
	pace.hold();
	pace.after(10, task);
	vi.advanceTimersByTime(999);
	expect(task).not.toHaveBeenCalled();
	vi.advanceTimersByTime(12);
	expect(task).toHaveBeenCalledOnce();
});

it('does not hurry to make up for a machine that was busy', () => {
	const pace = createPace(1);
	const times: number[] = [];
	const start = pace.now();
	for (const at of [100, 200, 300]) {
		pace.after(at, () => times.push(Math.round(pace.now() - start)));
	}

	vi.advanceTimersByTime(1000);
	expect(times).toEqual([100, 200, 300]);
});

it.each([0, -1, Number.NaN])('refuses a pace of %s', factor => {
	expect(() => createPace(factor)).toThrow(`the pace of the sandbox must be above 0, not ${factor}`);
});
