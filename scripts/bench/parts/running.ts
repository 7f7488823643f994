/** What a console costs that is open: keys, bytes to the terminal, work, memory. */
import {performance} from 'node:perf_hooks';
import type {TestTerminal} from '../../../test/support/terminal/terminal.ts';
import {startEvents} from './events.ts';
import {keyTimes, openWatching, quit, screen, type IsSelected} from './open.ts';
import {createHeapProbe, usage} from './process.ts';
import type {Add} from './results.ts';
import {median, pause, quantile} from './statistics.ts';

/** Changes a second of somebody else's while keys are pressed. */
const eventRate = 20;
/** As keyboards repeat a key that is held. */
const repeatRate = 30;

export type Running = {
	kubeconfig: string;
	terminal: TestTerminal;
	add: Add;
	/** Of another program than ours. */
	isSelected?: IsSelected;
};

/** Bytes to each terminal and share of a core of each console, over the same while. */
async function rates(
	consoles: readonly Running[],
	seconds: number,
): Promise<{running: Running; bytes: number; cpu: number}[]> {
	return costs(consoles, async () => pause(seconds * 1000));
}

/** The same while something is done. */
async function costs(
	consoles: readonly Running[],
	act: () => Promise<void>,
): Promise<{running: Running; bytes: number; cpu: number}[]> {
	const now = () => consoles.map(({terminal}) => ({bytes: terminal.bytes(), cpu: usage(terminal.pid).cpu}));
	const before = now();
	const begun = performance.now();
	await act();
	const after = now();
	const elapsed = (performance.now() - begun) / 1000;
	return consoles.map((running, index) => ({
		running,
		bytes: (after[index]!.bytes - before[index]!.bytes) / elapsed,
		cpu: (after[index]!.cpu - before[index]!.cpu) / 10 / elapsed,
	}));
}

export async function measureIdle(consoles: readonly Running[], seconds: number): Promise<void> {
	for (const {running, bytes, cpu} of await rates(consoles, seconds)) {
		const {add, terminal} = running;
		add('terminal, idle', bytes, 'B/s');
		add('CPU, idle', cpu, '% of a core');
		const {resident, peak} = usage(terminal.pid);
		add('memory, idle', resident, 'MB');
		add('memory, most until then', peak, 'MB');
	}
}

/**
 * Keys with and without somebody else's changes, some in one console and then some in the next, so that a busy moment of
 * the machine meets all of them.
 */
export async function measureKeys(consoles: readonly Running[], keys: number): Promise<void> {
	const rounds = 5;
	const all = await Promise.all(
		consoles.map(async running => ({
			...running,
			events: await startEvents(running.kubeconfig, {perSecond: eventRate, shown: 'cart'}),
			quiet: [] as number[],
			busy: [] as number[],
			quietWork: 0,
			busyWork: 0,
			made: 0,
			seconds: 0,
		})),
	);
	for (let round = 0; round < rounds; round++) {
		for (const one of all) {
			const {terminal, isSelected} = one;
			const work = usage(terminal.pid).cpu;
			one.quiet.push(...(await keyTimes(terminal, keys / rounds, isSelected)));
			one.quietWork += usage(terminal.pid).cpu - work;
		}
		for (const one of all) {
			const {terminal, events, isSelected} = one;
			const made = events.made;
			const work = usage(terminal.pid).cpu;
			const begun = performance.now();
			events.resume();
			one.busy.push(...(await keyTimes(terminal, keys / rounds, isSelected)));
			await events.pause();
			one.seconds += (performance.now() - begun) / 1000;
			one.busyWork += usage(terminal.pid).cpu - work;
			one.made += events.made - made;
		}
	}
	for (const {add, events, quiet, busy, quietWork, busyWork, made, seconds} of all) {
		await events.stop();
		const under = `${(made / seconds).toFixed(0)} events/s`;
		add('key to frame, quiet: p50', median(quiet), 'ms');
		add('key to frame, quiet: p95', quantile(quiet, 0.95), 'ms');
		add('work of a key, quiet', quietWork / quiet.length, 'ms of CPU');
		add(`key to frame, ${eventRate} events/s: p50`, median(busy), 'ms', under);
		add(`key to frame, ${eventRate} events/s: p95`, quantile(busy, 0.95), 'ms', under);
		add(`CPU, keys and ${eventRate} events/s`, busyWork / 10 / seconds, '% of a core', under);
	}
}

/** Share of a core that events take which change nothing that is shown, and bytes that they have sent. */
export async function measureTouches(
	consoles: readonly Running[],
	seconds: number,
	touchRates: readonly number[] = [20, 200],
): Promise<void> {
	for (const one of consoles) {
		for (const perSecond of touchRates) {
			const events = await startEvents(one.kubeconfig, {perSecond, shown: 'cart', kind: 'touches'});
			events.resume();
			const [rate] = await rates([one], seconds);
			await events.stop();
			const under = `${(events.made / seconds).toFixed(0)} events/s`;
			one.add(`CPU, ${perSecond} unseen events/s`, rate?.cpu ?? Number.NaN, '% of a core', under);
			one.add(`terminal, ${perSecond} unseen events/s`, rate?.bytes ?? Number.NaN, 'B/s', under);
		}
	}
}

/** Of somebody who looks through the list: so many keys a second. */
const lookRate = 10;

/** Presses keys that move the selection up and down, `lookRate` a second. */
async function lookThrough(terminal: TestTerminal, seconds: number): Promise<void> {
	const begun = performance.now();
	for (let press = 0; press < lookRate * seconds; press++) {
		terminal.press(press % 16 < 8 ? 'down' : 'up');
		await pause(begun + ((press + 1) * 1000) / lookRate - performance.now());
	}
}

/** Share of a core of somebody who looks through the list while events change nothing that is shown. */
export async function measureLooks(consoles: readonly Running[], seconds: number): Promise<void> {
	for (const one of consoles) {
		const events = await startEvents(one.kubeconfig, {perSecond: eventRate, shown: 'cart', kind: 'touches'});
		events.resume();
		const [cost] = await costs([one], async () => lookThrough(one.terminal, seconds));
		await events.stop();
		const what = `CPU, ${eventRate} unseen events/s, ${lookRate} keys/s`;
		one.add(what, cost?.cpu ?? Number.NaN, '% of a core');
	}
}

/** Bytes of each key that scrolls the list of services; nothing where it is shorter than the screen. */
export async function measureScrolling(consoles: readonly (Running & {services: number})[]): Promise<void> {
	const keys = 60;
	for (const {terminal, add, services} of consoles) {
		if (services < screen.rows + keys) continue;
		for (let press = 0; press < screen.rows; press++) terminal.press('down');
		await terminal.settle(500);
		const bytes: number[] = [];
		for (let press = 0; press < keys; press++) {
			const before = terminal.bytes();
			terminal.press('down');
			await pause(100);
			bytes.push(terminal.bytes() - before);
		}
		add('terminal, a key that scrolls: p50', median(bytes), 'B');
		add('terminal, a key that scrolls: p95', quantile(bytes, 0.95), 'B');
		terminal.press('g');
		await terminal.settle(500);
	}
}

/** The live loop at 50 requests a second, in a console of its own: its work, and keys beside it. */
export async function measureQuickLoop(kubeconfig: string, add: Add, seconds: number): Promise<void> {
	await using terminal = await openWatching(kubeconfig, [], ['--rate', '50']);
	terminal.press('g');
	await terminal.until(/▸ . cart/);
	terminal.press('space');
	await terminal.until(/50 req\/s/);
	// Until the charts have columns.
	await pause(5000);
	const [rate] = await rates([{kubeconfig, terminal, add}], seconds);
	add('CPU, loop at 50/s', rate?.cpu ?? Number.NaN, '% of a core');
	add('terminal, loop at 50/s', rate?.bytes ?? Number.NaN, 'B/s');
	const times = await keyTimes(terminal, 30);
	add('key to frame, loop at 50/s: p50', median(times), 'ms');
	add('key to frame, loop at 50/s: p95', quantile(times, 0.95), 'ms');
	await quit(terminal);
}

/** Bytes a second while a key is held that moves the selection `way` services down and as many up. */
export async function measureHeldKey(consoles: readonly Running[], way: number): Promise<void> {
	for (const {terminal, add} of consoles) {
		const before = terminal.bytes();
		const begun = performance.now();
		for (let press = 0; press < repeatRate * 3; press++) {
			terminal.press(Math.floor(press / way) % 2 === 0 ? 'down' : 'up');
			await pause(begun + ((press + 1) * 1000) / repeatRate - performance.now());
		}
		const bytes = ((terminal.bytes() - before) * 1000) / (performance.now() - begun);
		add(`terminal, key held (${repeatRate}/s)`, bytes, 'B/s');
	}
}

export async function measureLoop(consoles: readonly Running[], seconds: number): Promise<void> {
	for (const {terminal} of consoles) {
		terminal.press('g');
		await terminal.until(/▸ . cart/);
		terminal.press('space');
		await terminal.until(/req\/s/);
	}
	for (const {running, bytes, cpu} of await rates(consoles, seconds)) {
		const {add} = running;
		add('terminal, loop at 1/s', bytes, 'B/s');
		add('CPU, loop at 1/s', cpu, '% of a core');
		measureMemory(running);
	}
}

export function measureMemory({add, terminal}: Running): void {
	add('memory, at the end', usage(terminal.pid).resident, 'MB');
}

/** In a console of its own: one that can be told to collect its garbage. */
export async function measureHeap(kubeconfig: string, add: Add): Promise<void> {
	const probe = createHeapProbe();
	try {
		await using terminal = await openWatching(kubeconfig, probe.args);
		add('heap in use after a collection', await probe.inUse(terminal.pid), 'MB');
		await quit(terminal);
	} finally {
		probe.close();
	}
}
