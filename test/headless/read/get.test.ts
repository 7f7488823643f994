/** `kn-canary get` as a script starts it: the built program against the sandbox, beside kubectl where it is installed. */
import {execFile, execFileSync} from 'node:child_process';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openTerminal} from '../../support/terminal/terminal.js';
import {startWorld, type World} from '../../support/world.js';
import {builtProgram} from '../../support/program/run-program.js';

let world: World;
beforeAll(async () => {
	world = await startWorld();
});
afterAll(async () => {
	await world.stop();
});

const environment = () => ({...process.env, KUBECONFIG: world.sandbox.kubeconfigPath});
const program = builtProgram;

async function get(...args: string[]): Promise<{code: number; stdout: string; stderr: string}> {
	return new Promise(resolve => {
		execFile(process.execPath, [program, 'get', ...args], {env: environment()}, (error, stdout, stderr) => {
			resolve({code: error ? Number(error.code) : 0, stdout, stderr});
		});
	});
}

const hasKubectl = (() => {
	try {
		execFileSync('kubectl', ['version', '--client'], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
})();

describe('kn-canary get', () => {
	it('lists the services with state and split', async () => {
		const {code, stdout} = await get();
		expect(stdout).toMatch(/^NAME\s+STATE\s+SPLIT\s+URL\s+AGE\s+REASON\n/);
		expect(stdout).toMatch(
			/^cart\s+Ready\s+cart-00001=90,cart-00002=10\s+http:\/\/cart\.default\.example\.com\s/m,
		);
		expect(code).toBe(0);
	});

	it('names the namespace with -A, and what is newest with -o wide', async () => {
		const {stdout} = await get('-A', '-o', 'wide');
		expect(stdout).toMatch(/^NAMESPACE\s+NAME\s.*LATEST CREATED\s+LATEST READY\s+DOMAINS\s+IMAGE\s+REASON\n/);
		expect(stdout).toMatch(/^default\s+payments\s.*payments-00002\s+payments-00001\s/m);
	});

	it('gets single services, also as ksvc/NAME, and goes on after one that is not there', async () => {
		const {code, stdout, stderr} = await get('ksvc/cart', 'nope', '-o', 'name');
		expect(stdout).toBe('service.serving.knative.dev/cart\n');
		expect(stderr).toBe('services.serving.knative.dev "nope" not found\n');
		expect(code).toBe(1);
	});

	it('prints an object as JSON and as YAML as the server has it', async () => {
		const json: unknown = JSON.parse((await get('cart', '-o', 'json')).stdout);
		expect(json).toMatchObject({kind: 'Service', metadata: {name: 'cart'}});
		expect(JSON.parse((await get('-o', 'json')).stdout)).toMatchObject({kind: 'List', items: {length: 3}});
		expect((await get('cart', '-o', 'yaml')).stdout).toMatch(
			/^apiVersion: serving\.knative\.dev\/v1\nkind: Service\n/,
		);
	});

	it('says with -o json as an object why there is nothing, or on standard error what is missing beside the rest', async () => {
		const none = await get('nope', '-o', 'json');
		expect({...none, stdout: JSON.parse(none.stdout)}).toEqual({
			code: 1,
			stdout: {exitCode: 1, sentence: 'services.serving.knative.dev "nope" not found'},
			stderr: '',
		});
		const some = await get('cart', 'nope', '-o', 'json');
		expect({...some, stdout: JSON.parse(some.stdout)}).toMatchObject({
			code: 1,
			stdout: {kind: 'List', items: [{metadata: {name: 'cart'}}]},
			stderr: 'services.serving.knative.dev "nope" not found\n',
		});
	});

	it('says that there is none, which is no error, as kubectl says it', async () => {
		expect(await get('-l', 'team=none')).toEqual({
			code: 0,
			stdout: '',
			stderr: 'No services found in namespace default.\n',
		});
	});

	it.each([
		[['-o', 'toml'], /The output "toml" is not known/],
		[['-o', 'jsonpath={.a'], /is not closed/],
		[['-o', 'custom-columns=NAME'], /is not HEADING:PATH/],
		[['-A', 'cart'], /leave out -A or the name/],
	])('refuses %j with a sentence and exit code 2', async (args, sentence) => {
		const {code, stdout, stderr} = await get(...args);
		expect(stderr).toMatch(sentence);
		expect(stderr).not.toMatch(/\n\s+at /);
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
	});

	it.runIf(hasKubectl).each([
		['-o', 'name'],
		['-o', 'jsonpath={.items[*].metadata.name}'],
		['-o', String.raw`jsonpath={range .items[*]}{.metadata.name}{"\t"}{.status.url}{"\n"}{end}`],
		['-o', 'jsonpath={.items[?(@.metadata.name=="cart")].status.traffic[*].percent}'],
		['-o', 'custom-columns=NAME:.metadata.name,GEN:.metadata.generation,NONE:.nothing'],
	])('prints with %s %s what kubectl prints', async (...args) => {
		const {stdout: theirs} = await promisify(execFile)('kubectl', ['get', 'ksvc', ...args], {
			env: environment(),
		});
		expect((await get(...args)).stdout).toBe(theirs);
	});

	it('goes on with -w and prints a change when it comes', async () => {
		await using terminal = openTerminal({
			command: process.execPath,
			args: [program, 'get', 'cart', '-w'],
			env: environment(),
			cols: 160,
			rows: 24,
		});
		await terminal.until(/cart\s+Ready\s+cart-00001=90,cart-00002=10/);
		await world.split('cart', [
			{revisionName: 'cart-00001', percent: 40, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 60, tag: 'canary'},
		]);
		await terminal.until(/cart-00001=40,cart-00002=60/);
	});
});
