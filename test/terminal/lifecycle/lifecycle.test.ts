import {PassThrough, Writable} from 'node:stream';
import {afterEach, expect, test, vi} from 'vitest';
import {
	describeError,
	installLifecycle,
	restoreSequence,
	type Lifecycle,
	type LifecycleOptions,
} from '../../../source/terminal/lifecycle/lifecycle.js';
import {eventually} from '../../support/eventually.js';

let lifecycle: Lifecycle | undefined;
afterEach(() => {
	lifecycle?.uninstall();
});

type InstallOptions = {isTTY?: boolean} & Pick<Partial<LifecycleOptions>, 'assurance' | 'lastWords'>;

const install = (options: Readonly<InstallOptions> = {}) => {
	const {isTTY = true, ...others} = options;
	const stdout = Object.assign(new PassThrough(), {isTTY});
	const stderr = new PassThrough();
	const exit = vi.fn<(code: number) => void>();
	lifecycle = installLifecycle({name: 'program', stdout, stderr, exit, ...others});
	return {lifecycle, stdout, stderr, exit};
};

test('clean-ups are done once each, the last one first, also when one of them throws', async () => {
	const {lifecycle: life, exit} = install();
	const done: string[] = [];
	life.onLeave(() => done.push('first'));
	life.onLeave(async () => {
		done.push('second');
		throw new Error('in a clean-up');
	});
	const unregister = life.onLeave(() => done.push('unregistered'));
	life.onRestore(() => done.push('screen'));
	unregister();
	await Promise.all([life.leave(3), life.leave(4)]);
	expect(done).toEqual(['screen', 'second', 'first']);
	expect(exit).toHaveBeenCalledExactlyOnceWith(3);
});

test('a second signal does not wait for clean-ups that hang', async () => {
	const before = process.listeners('SIGTERM');
	const {lifecycle: life, exit, stderr} = install();
	const onSignal = process.listeners('SIGTERM').find(listener => !before.includes(listener));
	const {promise, resolve} = Promise.withResolvers<void>();
	const begun = Promise.withResolvers<void>();
	life.onLeave(async () => {
		begun.resolve();
		await promise;
	});
	onSignal?.('SIGTERM');
	await begun.promise;
	expect(exit).not.toHaveBeenCalled();
	onSignal?.('SIGTERM');
	expect(exit).toHaveBeenCalledExactlyOnceWith(143);
	expect(String(stderr.read())).toBe(
		'program stopped: asked to stop (SIGTERM). The traffic split stays as it is.\n',
	);
	resolve();
});

test('a second signal does not keep from being said what became of a write', async () => {
	const before = process.listeners('SIGTERM');
	const answer = Promise.withResolvers<{sentence: string; code: number}>();
	const asked = Promise.withResolvers<void>();
	const {exit, stderr} = install({
		async lastWords() {
			asked.resolve();
			return answer.promise;
		},
	});
	const onSignal = process.listeners('SIGTERM').find(listener => !before.includes(listener));
	onSignal?.('SIGTERM');
	await asked.promise;
	onSignal?.('SIGTERM');
	expect(exit).not.toHaveBeenCalled();
	answer.resolve({sentence: 'The split was written.', code: 7});
	await eventually(() => expect(exit).toHaveBeenCalledExactlyOnceWith(7));
	expect(String(stderr.read())).toContain('The split was written.');
});

test('a terminal that ends, which is told more than once, leaves the clean-ups their time', async () => {
	const before = process.listeners('SIGHUP');
	const {lifecycle: life, exit} = install();
	const onSignal = process.listeners('SIGHUP').find(listener => !before.includes(listener));
	const begun = Promise.withResolvers<void>();
	const cleaned = Promise.withResolvers<void>();
	life.onLeave(async () => {
		begun.resolve();
		await cleaned.promise;
	});
	onSignal?.('SIGHUP');
	await begun.promise;
	onSignal?.('SIGHUP');
	expect(exit).not.toHaveBeenCalled();
	cleaned.resolve();
	await eventually(() => expect(exit).toHaveBeenCalledExactlyOnceWith(129));
});

test('the terminal is restored before anything is said', async () => {
	const {lifecycle: life, stdout, stderr} = install();
	life.onRestore(() => {});
	await life.fail(new Error('boom'));
	expect(String(stdout.read())).toBe(restoreSequence);
	expect(String(stderr.read())).toBe(
		'program stopped because of an unexpected error: boom. The traffic split stays as it is.\n',
	);
});

test('the program does not end before its last words are taken', async () => {
	const exit = vi.fn<(code: number) => void>();
	let words = '';
	let take: (() => void) | undefined;
	const stderr = new Writable({
		write(chunk, _, done) {
			words += String(chunk);
			if (take) done();
			else take = done;
		},
	});
	lifecycle = installLifecycle({
		name: 'program',
		stdout: new PassThrough(),
		stderr,
		exit,
		gracePeriod: 60_000,
	});
	const left = lifecycle.leave(3, 'It has stopped.');
	// Nothing else keeps it.
	for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
	expect(words).toBe('It has stopped.\n');
	expect(exit).not.toHaveBeenCalled();
	take?.();
	await left;
	expect(exit).toHaveBeenCalledExactlyOnceWith(3);
});

test('what a terminal still owes is waited for also where it is behind, while a write is asked about', async () => {
	const exit = vi.fn<(code: number) => void>();
	const answer = Promise.withResolvers<void>();
	const done: string[] = [];
	let take: (() => void) | undefined;
	const stdout = new Writable({
		write(_chunk, _, written) {
			if (take) written();
			else take = written;
		},
	});
	lifecycle = installLifecycle({
		name: 'program',
		stdout,
		stderr: new PassThrough(),
		exit,
		async lastWords() {
			done.push('asked');
			return {sentence: ''};
		},
	});
	lifecycle.onOwed(async () => answer.promise);
	lifecycle.onRestore(() => done.push('restored'));
	stdout.write('a frame');
	const left = lifecycle.leave(0);
	expect(done).toEqual(['asked']);
	take?.();
	done.push('taken');
	answer.resolve();
	await left;
	expect(done).toEqual(['asked', 'taken', 'restored']);
	expect(exit).toHaveBeenCalledExactlyOnceWith(0);
});

test('a write that begins while the terminal is waited for is told of', async () => {
	const answer = Promise.withResolvers<void>();
	let words: Promise<{sentence: string; code: number}> | undefined;
	const {lifecycle: life, stderr, exit} = install({lastWords: () => words});
	life.onOwed(async () => answer.promise);
	const left = life.leave(0);
	words = Promise.resolve({sentence: 'Sent, outcome not known.', code: 4});
	answer.resolve();
	await left;
	expect(String(stderr.read())).toBe('Sent, outcome not known.\n');
	expect(exit).toHaveBeenCalledExactlyOnceWith(4);
});

test('a screen that cannot be taken down is left by hand', async () => {
	const {lifecycle: life, stdout} = install();
	life.onRestore(() => {
		throw new Error('in Ink');
	});
	await life.leave(1);
	expect(String(stdout.read())).toBe(`${restoreSequence}\u001B[?1049l`);
});

test('no escape sequence is written to what is no terminal', async () => {
	const {lifecycle: life, stdout} = install({isTTY: false});
	life.onRestore(() => {});
	await life.leave(0);
	expect(stdout.read()).toBeNull();
});

test('nor to a terminal on which nothing was drawn', async () => {
	const {lifecycle: life, stdout} = install();
	await life.leave(0);
	expect(stdout.read()).toBeNull();
});

test('what is not so is not said', async () => {
	const {lifecycle: life, stderr} = install({assurance: ''});
	await life.fail('no');
	expect(String(stderr.read())).toBe('program stopped because of an unexpected error: no.\n');
});

test.each([
	['EPIPE', 141],
	['EIO', 129],
])('an output that went away (%s) is no error to report', async (code, exitCode) => {
	const {stdout, stderr, exit} = install();
	stdout.emit('error', Object.assign(new Error('write failed'), {code}));
	await eventually(() => expect(exit).toHaveBeenCalledExactlyOnceWith(exitCode));
	expect(stderr.read()).toBeNull();
});

test.each([
	[
		'with its causes',
		new Error('fetch failed', {cause: new Error('connect ECONNREFUSED')}),
		'fetch failed: connect ECONNREFUSED',
	],
	['without saying the same twice', new Error('no: really', {cause: new Error('really')}), 'no: really'],
	[
		'of several addresses',
		new AggregateError([new Error('connect ECONNREFUSED ::1')]),
		'AggregateError: connect ECONNREFUSED ::1',
	],
	['printable and on one line', new Error('a\u001B[2J\nb\u0007'), 'a b'],
	['that is no error', {code: 7}, '{ code: 7 }'],
	['that is nothing', undefined, 'no reason was given'],
])('an error is told %s', (_, error, told) => {
	expect(describeError(error)).toBe(told);
});
