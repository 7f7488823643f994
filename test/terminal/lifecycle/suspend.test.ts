import {afterEach, describe, expect, it, vi} from 'vitest';
import {
	installSuspender,
	type Suspender,
	type SuspendTerminal,
} from '../../../source/terminal/lifecycle/suspend.js';

let suspender: Suspender | undefined;
afterEach(() => suspender?.uninstall());

/** A terminal that has yet to answer, and the listeners of the signals: a real one would stop the tests. */
function install() {
	const before = (['SIGTSTP', 'SIGCONT'] as const).map(signal => process.listeners(signal));
	const handedOver = vi.fn<SuspendTerminal>(async () => {});
	const waiting: (() => void)[] = [];
	const settled = vi.fn<(act: () => void) => void>(act => void waiting.push(act));
	const installed = installSuspender(handedOver, settled);
	suspender = installed;
	const [onStop, onContinue] = (['SIGTSTP', 'SIGCONT'] as const).map((signal, index) =>
		process.listeners(signal).find(listener => !before[index]?.includes(listener)),
	);
	return {
		handedOver,
		settled,
		suspender: installed,
		stop: () => onStop?.('SIGTSTP'),
		goOn: () => onContinue?.('SIGCONT'),
		answer: () => {
			for (const act of waiting.splice(0)) act();
		},
	};
}

describe('a stop, by the key and by the signal', () => {
	it.each(['suspend', 'stop'] as const)('waits for what the terminal still answers: %s', way => {
		const {handedOver, answer, stop, suspender: installed} = install();
		if (way === 'stop') stop();
		else installed.suspend();
		expect(handedOver).not.toHaveBeenCalled();
		answer();
		expect(handedOver).toHaveBeenCalledTimes(1);
	});

	it('is one, however often it is asked for while it waits', async () => {
		const {handedOver, settled, answer, stop, suspender: installed} = install();
		stop();
		stop();
		installed.suspend();
		expect(settled).toHaveBeenCalledTimes(1);
		answer();
		expect(handedOver).toHaveBeenCalledTimes(1);
	});

	it('is called off by being told to go on, and by the end', () => {
		const {handedOver, answer, stop, goOn, suspender: installed} = install();
		stop();
		goOn();
		// To go on is to draw again.
		expect(handedOver).toHaveBeenCalledTimes(1);
		answer();
		expect(handedOver).toHaveBeenCalledTimes(1);
		installed.uninstall();
		answer();
		expect(handedOver).toHaveBeenCalledTimes(1);
	});

	it('is possible again after one that was called off', async () => {
		const {handedOver, answer, stop, goOn} = install();
		stop();
		goOn();
		await Promise.resolve();
		await vi.waitFor(() => {
			stop();
			answer();
			expect(handedOver).toHaveBeenCalledTimes(2);
		});
	});
});

describe('a terminal that is lent', () => {
	it('is nothing to draw on when the console is told to go on', async () => {
		const {handedOver, goOn, suspender: installed} = install();
		handedOver.mockImplementation(async use => use());
		await installed.lend(async () => {
			goOn();
			expect(handedOver).toHaveBeenCalledTimes(1);
		});
		goOn();
		expect(handedOver).toHaveBeenCalledTimes(2);
	});

	it('is handed over when it was taken back from whoever had it before', async () => {
		const {handedOver, goOn, suspender: installed} = install();
		const {promise, resolve} = Promise.withResolvers<void>();
		const order: string[] = [];
		handedOver.mockImplementation(async use => {
			await use();
			await promise;
			order.push('taken back');
		});
		goOn();
		const lent = installed.lend(async () => void order.push('lent'));
		await Promise.resolve();
		expect(order).toEqual([]);
		resolve();
		await lent;
		expect(order).toEqual(['taken back', 'lent', 'taken back']);
	});
});
