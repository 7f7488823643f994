/**
 * The program is ended while a write is under way: what it says is true, and the next one knows what became of it and takes
 * back the right thing.
 */
import {readFile, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import {onScripted, type ScriptedEnd} from '../parts/on-scripted.js';

const name = 'helloworld-go';

const on = onScripted();
const {start, run, make} = on;
const open = () =>
	openBuiltConsole({
		args: ['--kubeconfig', on.kubeconfig],
		cols: 80,
		rows: 24,
		env: {XDG_STATE_HOME: on.directory, KUBECONFIG: ''},
	});
const journal = async () => readFile(path.join(on.directory, 'kn-canary', 'history.jsonl'), 'utf8');

/** Resolves when the write has arrived; what becomes of it is `then`'s to say. */
async function written(then: (answer: () => void) => void = () => {}): Promise<void> {
	return new Promise(resolve => {
		on.scripted.onWrite(exchange => {
			then(() => exchange.answer(200, on.scripted.changed()));
			resolve();
		});
	});
}

/** Until the roll back has been agreed to and its write has arrived. */
async function rollBackUnderWay(terminal: TestTerminal): Promise<void> {
	await terminal.until(/Revisions of helloworld-go/);
	const arrived = written();
	terminal.press('R');
	await terminal.until(/⏎ apply/);
	await terminal.until(/Dry run: the server would accept it/);
	terminal.press('enter');
	await arrived;
}

/** The next start: what it says of the past, and what it would take back. */
async function next(): Promise<{history: string; undo: ScriptedEnd}> {
	const undo = await run('undo', name, '--dry-run');
	return {history: (await run('history')).said, undo};
}

/** As of the roll back: 100/0 back to 90/10. */
const takesItBack = /…?00001.*100 % → 90 %[^]*00002.*0 % → 10 %/;

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', signal => {
	it('after the request was sent: not known, code 4, and the next start finds it was made', async () => {
		const arrived = written();
		const rollback = start('rollback', name, '--yes');
		await arrived;
		expect(await journal()).toMatch(/^\{"attempt":/);
		rollback.signal(signal);
		const {code, said} = await rollback.ended;
		expect(said).toMatch(/Sent, outcome not known: roll back helloworld-go\./);
		expect(said).not.toMatch(/stays as it is/);
		expect(code).toBe(4);
		make();
		const {history, undo} = await next();
		expect(history).toMatch(/here, test-user {2}roll back/);
		expect(undo.said).toMatch(takesItBack);
	});

	it('and when the server never got it, the next start has nothing to take back', async () => {
		const arrived = written();
		const rollback = start('rollback', name, '--yes');
		await arrived;
		rollback.signal(signal);
		expect((await rollback.ended).code).toBe(4);
		const {history, undo} = await next();
		expect(history).toMatch(/outcome not known/);
		expect(undo.code).toBe(1);
	});

	it('when the answer comes within a second: that is what is said, and it is recorded', async () => {
		let answer: (() => void) | undefined;
		const arrived = written(give => {
			answer = give;
		});
		const rollback = start('rollback', name, '--yes');
		await arrived;
		make();
		rollback.signal(signal);
		answer?.();
		const {code, said} = await rollback.ended;
		expect(said).toMatch(/Done: the server took it\. Whether the gateway has it was not waited for\./);
		expect(code).toBe(6);
		const {history, undo} = await next();
		expect(history).toMatch(/here, test-user {2}roll back/);
		expect(undo.said).toMatch(takesItBack);
	});
});

it('SIGHUP without any terminal is none of its business: the write is finished, and recorded', async () => {
	let answer: (() => void) | undefined;
	const arrived = written(give => {
		answer = give;
	});
	const rollback = start('rollback', name, '--yes', '--wait', '0');
	await arrived;
	rollback.signal('SIGHUP');
	make();
	answer?.();
	const {code, said} = await rollback.ended;
	expect(said).toMatch(/Done: the server took it\./);
	expect(code).toBe(0);
	expect((await next()).undo.said).toMatch(takesItBack);
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s to a console', signal => {
	it('after the request was sent: not known, code 4, and the next start finds it was made', async () => {
		await using terminal = open();
		await rollBackUnderWay(terminal);
		terminal.kill(signal);
		const {code} = await terminal.exited;
		expect(terminal.screen().replaceAll('\n', '')).toContain(
			'Sent, outcome not known: roll back helloworld-go.',
		);
		expect(code).toBe(4);
		make();
		const {history, undo} = await next();
		expect(history).toMatch(/here, test-user {2}roll back/);
		expect(undo.said).toMatch(takesItBack);
	});
});

it('ctrl-c in a console while a write is under way waits for the answer and says it', async () => {
	await using terminal = open();
	await rollBackUnderWay(terminal);
	terminal.press('ctrl-c');
	const {code} = await terminal.exited;
	expect(terminal.screen().replaceAll('\n', '')).toContain(
		'Sent, outcome not known: roll back helloworld-go.',
	);
	expect(code).toBe(4);
});

describe('kill -9', () => {
	it.each(['before the server has done it', 'after it'])(
		'%s: the next console calls it its own, and u takes it back',
		async when => {
			const arrived = written();
			const rollback = start('rollback', name, '--yes');
			await arrived;
			if (when === 'after it') make();
			rollback.signal('SIGKILL');
			expect((await rollback.ended).signal).toBe('SIGKILL');
			make();
			await using terminal = open();
			await terminal.until(/Revisions of helloworld-go/);
			terminal.press('u');
			await terminal.until(/Undo the last split of helloworld-go[^]*100 % → +90 %[^]*0 % → +10 %/);
			expect(terminal.screen()).not.toMatch(/takes back a change by/);
		},
	);
});

describe('a history that cannot be read', () => {
	it('is said, and nothing is called unknown or none for it', async () => {
		await run('rollback', name, '--yes', '--wait', '0');
		await rm(path.join(on.directory, 'kn-canary', 'history.jsonl'));
		await writeFile(path.join(on.directory, 'elsewhere'), '');
		await symlink(
			path.join(on.directory, 'elsewhere'),
			path.join(on.directory, 'kn-canary', 'history.jsonl'),
		);
		const undo = await run('undo', name, '--dry-run');
		expect(undo.said).toMatch(
			/The history of this machine cannot be read \(ELOOP.*\), so it is not known what there is to undo\./,
		);
		expect(undo.said).not.toMatch(/No change of the split/);
		const rollback = await run('rollback', name, '--dry-run');
		expect(rollback.said).toMatch(
			/The history of this machine cannot be read \(ELOOP.*\): this goes by tags/,
		);
		const done = await run('rollback', name, '--yes', '--wait', '0');
		expect(done.said).toMatch(/Done: the server took it\. It is not in the history: ELOOP/);
		expect(done.code).toBe(0);
	});
});
