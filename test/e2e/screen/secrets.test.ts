/** What may be secret in a service is not on the screen until somebody asks for it, and on no disk ever. */
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import {startWorld, type World} from '../../support/world.js';

let world: World;
let state: string;

const env = [
	{name: 'TOKEN', value: 's3cr3t-variable'},
	{name: 'DATABASE', value: 'postgres://shop:s3cr3t-address@db/shop'},
	{name: 'EMPTY', value: ''},
];
const container = {
	image: 'registry.example.com/samples/helloworld-go:1',
	env,
	args: [
		'--password=s3cr3t-equals',
		'--api-key',
		's3cr3t-next',
		'--dsn=mysql://u:s3cr3t-dsn@db/x',
		'--level=debug',
		'https://ci:s3cr3t-userinfo@git.example.com/x',
		'-c',
		'export SECRET=s3cr3t-shell; exec server',
	],
	readinessProbe: {
		httpGet: {path: '/', httpHeaders: [{name: 'Authorization', value: 'Bearer s3cr3t-header'}]},
	},
};
const applied = {apiVersion: 'serving.knative.dev/v1', spec: {template: {spec: {containers: [container]}}}};
const packed = Buffer.from(`packed ${'x'.repeat(200)}`).toString('base64');
const annotations = {
	'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(applied)}\n`,
	'example.com/manifest': `env:\n- name: A\n  value: s3cr3t-yaml\n`,
	'example.com/packed': packed,
	'example.com/webhook-token': 's3cr3t-annotation',
	'example.com/hook': 'https://hooks.example.com/?token=s3cr3t-parameter&x=1',
};

beforeEach(async () => {
	state = await mkdtemp(path.join(tmpdir(), 'kn-canary-secrets-'));
	world = await startWorld();
	await world.create('attic', {spec: {containers: [container]}}, annotations);
});

afterEach(async () => {
	await world.stop();
	await rm(state, {recursive: true, force: true});
});

async function open(): Promise<TestTerminal> {
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', world.sandbox.kubeconfigPath],
		cols: 200,
		rows: 60,
		env: {XDG_STATE_HOME: state},
	});
	// In the list of revisions: the split has it sooner.
	await terminal.until(/› █ +…00001 +100 %/);
	return terminal;
}

const secrets = new RegExp(`s3cr3t|${packed.slice(0, 40)}`);

async function filesBeneath(directory: string): Promise<string> {
	const entries = await readdir(directory, {recursive: true, withFileTypes: true});
	const files = entries.filter(entry => entry.isFile());
	return (
		await Promise.all(files.map(async ({parentPath, name}) => readFile(path.join(parentPath, name), 'utf8')))
	).join('\n');
}

describe('what may be secret', () => {
	it.each([
		['of a service as YAML', 'y', /Service attic[^]*kind: Service/],
		['of its details', 'enter', /Revisions of attic/],
		['of its events', 'e', /Events of service attic/],
		['in the form of a revision', 'r', /New revision of attic[^]*TOKEN/],
		['in the form of its scaling', 's', /Autoscaling of attic/],
		['in the form of its tags', 't', /Tags of attic-00001/],
	] as const)('%s is not on the screen', async (_, key, shown) => {
		await using terminal = await open();
		terminal.press(key);
		await terminal.until(shown);
		if (key === 'y') {
			for (const page of ['pagedown', 'pagedown', 'end']) {
				terminal.press(page);
				await terminal.settle();
			}
			terminal.press('m');
			await terminal.settle();
		}
		if (key === 'r') {
			// Past the image, over each of the variables.
			for (const _field of ['image', ...env]) terminal.press('tab');
			await terminal.settle();
			terminal.press('shift-tab', 'end');
			terminal.press('shift-tab', 'end', 'backspace');
			await terminal.settle();
		}
		expect(terminal.written()).not.toMatch(secrets);
	});

	it('is shown by a key: in YAML by E, in a form by ctrl-o, and covered again', async () => {
		await using terminal = await open();
		terminal.press('y');
		await terminal.until(/name: TOKEN[^]*value: •••/);
		expect(terminal.screen()).toMatch(/postgres|•••/);
		terminal.press('E');
		await terminal.until(/value: s3cr3t-variable/);
		terminal.press('E');
		await terminal.until(/value: •••/);
		terminal.press('esc');
		await terminal.until(/1 Services/);
		terminal.press('r');
		await terminal.until(/TOKEN=•••[^]*DATABASE=•••/);
		terminal.press('ctrl-o');
		await terminal.until(/TOKEN=s3cr3t-variable/);
		terminal.press('ctrl-o');
		await terminal.until(/TOKEN=•••/);
	});

	it('that is typed stays as it is typed, and is on no disk when it was sent', async () => {
		await using terminal = await open();
		terminal.press('r');
		await terminal.until(/TOKEN=•••/);
		terminal.press('tab');
		await terminal.until(/▸ Environment/);
		terminal.type('TOKEN=s3cr3t-typed');
		await terminal.until(/TOKEN=s3cr3t-typed/);
		terminal.press('ctrl-s');
		await terminal.until(/Dry run: the server would accept it/);
		await terminal.until(/⏎ apply/);
		expect(terminal.screen()).not.toMatch(secrets);
		terminal.press('enter');
		await terminal.until(screen => /…00002/.test(screen) && !screen.includes('Create a revision of'));
		terminal.press('w');
		await terminal.until(/create revision attic: done/);
		expect(terminal.screen()).not.toMatch(secrets);
		expect(await filesBeneath(state)).toMatch(/create revision/);
		expect(await filesBeneath(state)).not.toMatch(secrets);
	});
});
