import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {createPace} from '../../../source/sandbox/store/pace.js';

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

it.each([0, -1, Number.NaN])('refuses a pace of %s', factor => {
	expect(() => createPace(factor)).toThrow(`the pace of the sandbox must be above 0, not ${factor}`);
});
