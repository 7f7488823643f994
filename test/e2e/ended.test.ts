/**
 * The program is ended while a write is under way: what it says is true, and the next one knows what became of it and takes
 * back the right thing.
 */
import {spawn} from 'node:child_process';
import {readFile, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openBuiltConsole} from '../support/console.js';
import {startScriptedCluster, type ScriptedCluster} from '../support/scripted-cluster.js';
import {builtProgram} from '../support/run-program.js';

const program = builtProgram;
const name = 'helloworld-go';

let scripted: ScriptedCluster;
let directory: string;
let kubeconfig: string;

beforeEach(async () => {
	scripted = await startScriptedCluster();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-ended-'));
	kubeconfig = path.join(directory, 'config');
	await writeFile(kubeconfig, scripted.server.kubeconfig());
});

afterEach(async () => {
	await scripted.server.close();
	await rm(directory, {recursive: true, force: true});
});

type Ended = {code: number | null; signal: NodeJS.Signals | null; said: string};

/** A command without a screen; `signal` ends it. */
function start(...args: string[]): {ended: Promise<Ended>; signal: (signal: NodeJS.Signals) => void} {
	const child = spawn(process.execPath, [program, '--kubeconfig', kubeconfig, ...args], {
		env: {...process.env, XDG_STATE_HOME: directory, KUBECONFIG: ''},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
	}
	const ended = new Promise<Ended>(resolve => {
		child.once('close', (code, signal) => resolve({code, signal, said}));
	});
	return {ended, signal: signal => void child.kill(signal)};
}

const run = async (...args: string[]) => start(...args).ended;
const journal = async () => readFile(path.join(directory, 'kn-canary', 'history.jsonl'), 'utf8');

/** Resolves when the write has arrived; what becomes of it is `then`'s to say. */
async function written(then: (answer: () => void) => void = () => {}): Promise<void> {
	return new Promise(resolve => {
		scripted.onWrite(exchange => {
			then(() => exchange.answer(200, scripted.changed()));
			resolve();
		});
	});
}

/** The server has made the change, whoever hears of it. */
const make = () => void Object.assign(scripted.service, scripted.changed());

/** The next start: what it says of the past, and what it would take back. */
async function next(): Promise<{history: string; undo: Ended}> {
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
		await using terminal = openBuiltConsole({
			args: ['--kubeconfig', kubeconfig],
			cols: 80,
			rows: 24,
			env: {XDG_STATE_HOME: directory, KUBECONFIG: ''},
		});
		await terminal.until(/Revisions of helloworld-go/);
		const arrived = written();
		terminal.press('R');
		await terminal.until(/⏎ apply/);
		await terminal.until(/Dry run: the server would accept it/);
		terminal.press('enter');
		await arrived;
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
	await using terminal = openBuiltConsole({
		args: ['--kubeconfig', kubeconfig],
		cols: 80,
		rows: 24,
		env: {XDG_STATE_HOME: directory, KUBECONFIG: ''},
	});
	await terminal.until(/Revisions of helloworld-go/);
	const arrived = written();
	terminal.press('R');
	await terminal.until(/⏎ apply/);
	await terminal.until(/Dry run: the server would accept it/);
	terminal.press('enter');
	await arrived;
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
			await using terminal = openBuiltConsole({
				args: ['--kubeconfig', kubeconfig],
				cols: 80,
				rows: 24,
				env: {XDG_STATE_HOME: directory, KUBECONFIG: ''},
			});
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
		await rm(path.join(directory, 'kn-canary', 'history.jsonl'));
		await writeFile(path.join(directory, 'elsewhere'), '');
		const {symlink} = await import('node:fs/promises');
		await symlink(path.join(directory, 'elsewhere'), path.join(directory, 'kn-canary', 'history.jsonl'));
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
