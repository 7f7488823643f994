/** What comes back to a write is read: each answer ends in a true sentence, a true exit code and a true line of the history. */
import {spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Exchange} from '../support/api-server.js';
import {startScriptedCluster, type ScriptedCluster} from '../support/scripted-cluster.js';

const name = 'helloworld-go';
let scripted: ScriptedCluster;
let directory: string;
let kubeconfig: string;

beforeEach(async () => {
	scripted = await startScriptedCluster();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-answers-'));
	kubeconfig = path.join(directory, 'config');
	await writeFile(kubeconfig, scripted.server.kubeconfig());
});

afterEach(async () => {
	await scripted.server.close();
	await rm(directory, {recursive: true, force: true});
});

async function run(...args: string[]): Promise<{code: number | null; said: string}> {
	const child = spawn(process.execPath, [path.resolve('dist/cli.js'), '--kubeconfig', kubeconfig, ...args], {
		env: {...process.env, XDG_STATE_HOME: directory, KUBECONFIG: ''},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
	}
	return new Promise(resolve => {
		child.once('close', code => resolve({code, said}));
	});
}

/** The server has made the change. */
const make = () => void Object.assign(scripted.service, scripted.changed());

/** As it was wanted, but for what a webhook makes of it. */
function altered(): object {
	const changed = structuredClone(scripted.changed());
	const traffic: unknown = Reflect.get(Object(Reflect.get(changed, 'spec')), 'traffic');
	if (!Array.isArray(traffic)) throw new Error('a service without traffic');
	const percents: readonly number[] = [95, 5];
	for (const [index, percent] of percents.entries()) Object.assign(traffic[index], {percent});
	return changed;
}

type Answer = (exchange: Exchange) => void;
const page = '<html><title>Log in</title></html>';

const answers: readonly (readonly [string, Answer, {code: number; said: RegExp; history: RegExp}])[] = [
	[
		'as it was wanted',
		exchange => {
			make();
			exchange.answer(200, scripted.service);
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'200 without a body, and it was made',
		exchange => {
			make();
			exchange.answer(200, '');
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'200 without a body, and it was not made',
		exchange => exchange.answer(200, ''),
		{
			code: 4,
			said: /Not known whether it was done: .*not the object that was written.*may still be on its way/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
	[
		'the page of a proxy that wants a login, with 200',
		exchange => exchange.answer(200, page, {'content-type': 'text/html'}),
		{
			code: 4,
			said: /Not known whether it was done: .*something between here and the API server may have answered/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
	[
		'the page of a proxy with 502, and it was made',
		exchange => {
			make();
			exchange.answer(502, page);
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'a redirect to a login',
		exchange => exchange.answer(302, page, {location: 'https://login.example.com/'}),
		{code: 1, said: /^Not done[.:]/m, history: /roll back {2}\(not made: Not done/},
	],
	[
		'an object of another name',
		exchange => {
			const {metadata} = scripted.service;
			exchange.answer(200, {...scripted.service, metadata: {...metadata, name: 'other', uid: 'u-9'}});
		},
		{
			code: 4,
			said: /Not known whether it was done: .*not the object that was written/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
	[
		'what a webhook made of it',
		exchange => {
			const object = altered();
			Object.assign(scripted.service, object);
			exchange.answer(200, object);
		},
		{
			code: 7,
			said: /The server stored something else: .*00001 90 % stable → wanted 100 % stable → stored 95 % stable/,
			history: /here, test-user {2}roll back\n.*00001=95 .*00002=5/,
		},
	],
	[
		'what was there before, with nothing changed',
		exchange => exchange.answer(200, scripted.service),
		{
			code: 7,
			said: /The server changed nothing: /,
			history: /roll back {2}\(not made: The server changed nothing/,
		},
	],
	[
		'nothing, and it was made',
		exchange => {
			make();
			exchange.cut();
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'nothing, and it was not made',
		exchange => exchange.cut(),
		{
			code: 4,
			said: /Not known whether it was done: .*closed the connection before its answer was complete/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
];

describe('the answer to a write', () => {
	it.each(answers)('%s', async (_, answer, {code, said, history}) => {
		scripted.onWrite(answer);
		const ended = await run('rollback', name, '--yes', '--wait', '0');
		expect(ended.said).toMatch(said);
		expect(ended.code).toBe(code);
		expect(scripted.writes).toHaveLength(1);
		expect((await run('history')).said).toMatch(history);
	});
});
