import {expect, it, onTestFinished, vi} from 'vitest';
import {systemTimers} from '../../source/kube/timers.js';

it('waits for what is longer than a timer of Node can be', async () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	let isOver = false;
	const callOff = systemTimers.after(1e14, () => (isOver = true));
	await vi.advanceTimersByTimeAsync(86_400_000);
	expect(isOver).toBe(false);
	callOff();
});
