/** Flags, variables and the configuration file, on the built program. */
import {
	existsSync,
	mkdirSync,
	mkdtempDisposableSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {productionPattern} from '../../source/cli/config/apply-config.js';
import {runProgram} from '../support/program/run-program.js';
import {startWorld, type World} from '../support/world.js';

const folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-config-'));
const file = path.join(folder.path, 'kn-canary/config.yaml');
let world: World;

beforeAll(async () => {
	world = await startWorld();
});

beforeEach(() => {
	rmSync(path.dirname(file), {recursive: true, force: true});
});

afterAll(async () => {
	await world.stop();
	folder.remove();
});

const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
	runProgram(args, {
		KUBECONFIG: world.sandbox.kubeconfigPath,
		XDG_CONFIG_HOME: folder.path,
		XDG_STATE_HOME: folder.path,
		...env,
	});

function write(text: string): void {
	mkdirSync(path.dirname(file), {recursive: true});
	writeFileSync(file, text);
}

const viewed = v.object({
	settings: v.array(v.object({key: v.string(), value: v.unknown(), from: v.string()})),
});

async function settingOf(key: string, args: readonly string[] = [], env?: Readonly<Record<string, string>>) {
	const {stdout} = await run(['config', 'view', '-o', 'json', ...args], env);
	const found = v.parse(viewed, JSON.parse(stdout)).settings.find(setting => setting.key === key);
	return [found?.value, found?.from];
}

describe('a setting', () => {
	it('is the flag before the variable before the context in the file before the file', async () => {
		write('rate: 3\ncontexts:\n  sandbox:\n    rate: 7\n  other:\n    rate: 9\n');
		const variable = {KN_CANARY_RATE: '5'};
		expect(await settingOf('rate', ['--rate', '4'], variable)).toEqual(['4', 'flag --rate']);
		expect(await settingOf('rate', [], variable)).toEqual(['5', 'variable KN_CANARY_RATE']);
		expect(await settingOf('rate')).toEqual([7, `${file} (context sandbox)`]);
		expect(await settingOf('rate', ['--context', 'sandbox-viewer'])).toEqual([3, file]);
		expect(await settingOf('path')).toEqual([null, 'default']);
	});

	it('is shown as it is typed', async () => {
		for (const gateway of ['127.0.0.1:8081', 'https://gw.example.com:8443', '[2001:db8::1]:443', 'gw']) {
			expect(await settingOf('gateway', ['--gateway', gateway])).toEqual([gateway, 'flag --gateway']);
		}
	});

	it('that may be a secret is not shown', async () => {
		write('header: ["Authorization: Bearer secret"]\n');
		const {stdout} = await run(['config', 'view', '--cookie', 'a=hidden'], {KN_CANARY_TOKEN: 'secret'});
		expect(stdout).not.toMatch(/secret|hidden/);
		expect(stdout).toMatch(/^header +••• +\/.*config\.yaml$/m);
		expect(stdout).toMatch(/^token +••• +variable KN_CANARY_TOKEN$/m);
	});

	it('holds for the command that runs: read-only, namespace, and the output of one command', async () => {
		write('read-only: true\n');
		const refused = await run(['split', 'cart', '1=50', '2=50', '--yes']);
		expect(refused).toMatchObject({code: 1, stderr: expect.stringContaining('--read-only')});
		const there = await run(['get'], {KN_CANARY_NAMESPACE: 'nowhere'});
		expect(there.stderr).toContain('No services found in namespace nowhere.');
		const asJson = await run(['status', 'cart'], {KN_CANARY_OUTPUT: 'json'});
		expect(JSON.parse(asJson.stdout)).toMatchObject({service: 'cart'});
	});

	it('of a flag that turns off is what it turns off', async () => {
		write('keepalive: false\n');
		expect(await settingOf('keepalive')).toEqual([false, file]);
		expect(await settingOf('keepalive', [], {KN_CANARY_KEEPALIVE: 'true'})).toEqual([
			'true',
			'variable KN_CANARY_KEEPALIVE',
		]);
	});
});

const pattern = (values: Record<string, boolean | string>, contexts: Record<string, boolean>) =>
	productionPattern({
		path: '',
		values: new Map(Object.entries(values)),
		contexts: new Map(Object.entries(contexts).map(([name, is]) => [name, new Map([['production', is]])])),
	});

describe('production in the file', () => {
	it('of the context asks for its name', async () => {
		write('contexts:\n  sandbox:\n    production: true\n');
		const split = ['split', 'cart', '1=50', '2=50', '--yes', '--wait', '0'];
		expect(await run(split)).toMatchObject({
			code: 5,
			stderr: expect.stringContaining('sandbox is production'),
		});
		expect((await run([...split, '--production', '^other$'])).stderr).not.toContain('is production');
	});

	it.each([
		[{}, {'a.b': true}, ['a.b'], ['axb', 'x-a.b', 'b']],
		[{production: '^prod'}, {'prod-test': false}, ['prod', 'prod-test-2'], ['prod-test', 'x']],
		[{production: 'live$'}, {prod: true, 'not-live': false}, ['prod', 'x-live'], ['not-live', 'prod2']],
		[{production: true}, {dev: false}, ['x', 'dev2'], ['dev']],
	])('%j with %j is %j and not %j', (values, contexts, are, areNot) => {
		const regular = new RegExp(pattern(values, contexts) ?? '(?!)');
		expect(are.filter(name => !regular.test(name))).toEqual([]);
		expect(areNot.filter(name => regular.test(name))).toEqual([]);
	});
});

describe('what cannot be', () => {
	it.each([
		['gatway: x\n', 'there is no setting gatway'],
		['contexts:\n  a:\n    gatway: x\n', 'there is no setting gatway of context a'],
		['rate: {a: 1}\n', 'rate has to be text'],
		['- a\n', 'keys with values, not a list'],
		['rate: [\n', 'is no YAML'],
		['read-only: maybe\n', 'give true or false'],
		['theme: pink\n', 'It is one of auto, dark'],
		['rate: [1, 2]\n', 'one value, not a list'],
		['token: abc\n', 'only be said by the flag'],
		['yes: true\n', 'only be said by the flag'],
	])('%j is refused with its place, and nothing is done', async (text, sentence) => {
		write(text);
		const {code, stdout, stderr} = await run(['split', 'cart', '1=50', '2=50', '--dry-run']);
		expect(stderr).toContain(file);
		expect(stderr).toContain(sentence);
		expect([code, stdout]).toEqual([2, '']);
	});

	it('is refused of a variable by its name, and of a file that was named and is not there', async () => {
		expect((await run(['get'], {KN_CANARY_REQUEST_TIMEOUT: 'soon'})).stderr).toContain(
			'KN_CANARY_REQUEST_TIMEOUT',
		);
		const {code, stderr} = await run(['get', '--config', '/nonexistent/config.yaml']);
		expect([code, stderr]).toEqual([
			2,
			expect.stringContaining('/nonexistent/config.yaml: there is no such file'),
		]);
	});
});

describe('config init', () => {
	it('writes an example that sets nothing, for one user alone, and never over a file', async () => {
		const first = await run(['config', 'init']);
		expect(first).toMatchObject({code: 0, stdout: `${file}\n`});
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(readFileSync(file, 'utf8')).toMatch(/^# max-rate: 50$/m);
		expect((await run(['config', 'view'])).stdout).toContain('Nothing is set');
		const again = await run(['config', 'init']);
		expect(again).toMatchObject({code: 1, stderr: expect.stringContaining('is there already')});
	});

	it('writes it where the flag or the variable says, though there is no file yet', async () => {
		const [flagged, named] = [`${file}.flagged`, `${file}.named`];
		expect(await run(['config', 'init', '--config', flagged])).toMatchObject({
			code: 0,
			stdout: `${flagged}\n`,
		});
		expect(await run(['config', 'init'], {KN_CANARY_CONFIG: named})).toMatchObject({code: 0});
		for (const written of [flagged, named]) {
			expect(readFileSync(written, 'utf8')).toMatch(/^# max-rate: 50$/m);
		}
	});

	it('has examples that hold when they are uncommented', async () => {
		await run(['config', 'init']);
		const text = readFileSync(file, 'utf8').replaceAll(/^# ([a-z-]+: (?!…).*)$/gm, '$1');
		write(text.replaceAll(/^# {3}.*$/gm, '').replace(/^contexts:.*$/m, ''));
		expect(existsSync(file)).toBe(true);
		expect((await run(['config', 'view'])).code).toBe(0);
	});
});

describe('a variable that is none of a flag', () => {
	it('is said to have no effect, with the one that was meant', async () => {
		const {code, stdout, stderr} = await run(['get', '-o', 'name'], {
			KN_CANARY_MAXRATE: '5',
			KN_CANARY_NAMSPACE: 'shop',
			KN_CANARY_NAMESPACE: 'default',
		});
		expect(stderr).toBe(
			'The variable KN_CANARY_MAXRATE has no effect: no flag is called so; it is KN_CANARY_MAX_RATE.\n' +
				'The variable KN_CANARY_NAMSPACE has no effect: no flag is called so; kn-canary config view lists those there are.\n',
		);
		expect(stdout).toContain('service.serving.knative.dev/cart\n');
		expect(code).toBe(0);
	});

	it('is nobody’s where a Service of the cluster has made it', async () => {
		const {stderr} = await run(['get', '-o', 'name'], {
			KN_CANARY_SERVICE_HOST: '10.0.0.1',
			KN_CANARY_SERVICE_PORT_HTTP: '80',
			KN_CANARY_PORT: 'tcp://10.0.0.1:80',
			KN_CANARY_PORT_80_TCP_ADDR: '10.0.0.1',
		});
		expect(stderr).toBe('');
	});
});
