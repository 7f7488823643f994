/** The built program in a pod: the service account is where it always is, in a file system of the program's own. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {createAuthority, hasOpenssl, type Authority} from '../../support/kube/authority.js';
import {builtProgram, runCommand} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal} from '../../support/terminal/terminal.js';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Mounts the directory over `/var/run/secrets` for what follows alone. */
const inPod = (directory: string, command: readonly string[]) => [
	'--mount',
	'sh',
	'-c',
	'mkdir -p /var/run/secrets && mount --bind "$0" /var/run/secrets && exec "$@"',
	directory,
	...command,
];
const hasKubectl = spawnSync('kubectl', ['version', '--client'], {stdio: 'ignore'}).status === 0;
const canMount = spawnSync('unshare', inPod(tmpdir(), ['true']), {stdio: 'ignore'}).status === 0;

describe.skipIf(!canMount || !hasOpenssl)('in a pod', () => {
	let sandbox: SandboxProcess;
	let authority: Authority;
	let relay: ApiRelay;
	let directory: string;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		authority = createAuthority();
		relay = await startApiRelay(sandbox.kubeconfig, {
			tls: authority.issue('server', ['IP:127.0.0.1']),
			rules: {token: tokenOf(sandbox.kubeconfig)},
		});
		directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-pod-'));
		const secrets = path.join(directory, path.relative('/var/run/secrets', account));
		mkdirSync(secrets, {recursive: true});
		writeFileSync(path.join(secrets, 'token'), 'first\n');
		writeFileSync(path.join(secrets, 'ca.crt'), authority.pem);
		writeFileSync(path.join(secrets, 'namespace'), 'default');
	});

	afterAll(async () => {
		await relay.close();
		authority.remove();
		rmSync(directory, {recursive: true});
		await sandbox.stop();
	});

	it('the service account is used, its namespace, and the token as it is by then', async () => {
		const env = {
			HOME: directory,
			KUBERNETES_SERVICE_HOST: '127.0.0.1',
			KUBERNETES_SERVICE_PORT: String(relay.port),
		};
		const get = async () =>
			runCommand('unshare', inPod(directory, [process.execPath, builtProgram, 'get', 'cart']), env);
		const first = await get();
		expect(first.output).toMatch(/^cart\s+Ready/m);
		const token = path.join(directory, path.relative('/var/run/secrets', account), 'token');
		writeFileSync(token, 'rotated\n');
		await get();
		const seen = relay.seen.filter(({path: to}) => to.endsWith('/namespaces/default/services/cart'));
		expect(seen.map(({headers}) => headers.authorization)).toEqual(['Bearer first', 'Bearer rotated']);
	});

	it('the console goes on with a token that is rotated while it runs', async () => {
		const token = path.join(directory, path.relative('/var/run/secrets', account), 'token');
		writeFileSync(token, 'first\n');
		await using terminal = openTerminal({
			command: 'unshare',
			args: inPod(directory, [process.execPath, builtProgram]),
			env: {
				HOME: directory,
				KUBECONFIG: undefined,
				KUBERNETES_SERVICE_HOST: '127.0.0.1',
				KUBERNETES_SERVICE_PORT: String(relay.port),
			},
		});
		await terminal.until(/in-cluster \/ default.*● watching[^]*checkout /);
		const before = relay.seen.length;
		writeFileSync(token, 'rotated\n');
		// From now on the server knows that one alone.
		relay.rules = {
			...relay.rules,
			answer: ({headers}) =>
				headers.authorization === 'Bearer rotated'
					? undefined
					: {status: 401, body: {kind: 'Status', code: 401}},
		};
		terminal.press('R');
		await terminal.until(/✓ Dry run/);
		terminal.press('enter');
		await terminal.until(/cart [█▓▒░#=. ]+100/);
		const writes = relay.seen.slice(before).filter(({method}) => method === 'PATCH');
		expect(new Set(writes.map(({headers}) => headers.authorization))).toEqual(new Set(['Bearer rotated']));
		expect(terminal.screen()).toContain('● watching');
		relay.rules = {token: tokenOf(sandbox.kubeconfig)};
	});

	const kubeconfig = (namespace = '') =>
		JSON.stringify({
			clusters: [{name: 'c', cluster: {server: relay.url, 'certificate-authority': authority.file}}],
			users: [{name: 'u', user: {token: 'mine'}}],
			contexts: [{name: 'c', context: {cluster: 'c', user: 'u', namespace}}],
			'current-context': 'c',
		});

	describe('what is asked is what kubectl asks', () => {
		type Place = {account: string; home: string};
		it.each<
			[what: string, prepare: (place: Place) => Record<string, string> | void, asked: string | undefined]
		>([
			['as an account is', () => {}, 'default as Bearer first'],
			[
				'without an authority, for that of the machine',
				({account: at}) => {
					rmSync(path.join(at, 'ca.crt'));
					return {SSL_CERT_FILE: authority.file};
				},
				'default as Bearer first',
			],
			['without an authority', ({account: at}) => rmSync(path.join(at, 'ca.crt')), undefined],
			[
				'with an authority that is none',
				({account: at}) => {
					writeFileSync(path.join(at, 'ca.crt'), 'none');
					return {SSL_CERT_FILE: authority.file};
				},
				'default as Bearer first',
			],
			['with the namespace in a variable', () => ({POD_NAMESPACE: 'told'}), 'told as Bearer first'],
			[
				'without a namespace',
				({account: at}) => rmSync(path.join(at, 'namespace')),
				'default as Bearer first',
			],
			[
				'with blanks around the namespace',
				({account: at}) => writeFileSync(path.join(at, 'namespace'), ' other\n'),
				'other as Bearer first',
			],
			[
				'beside an empty kubeconfig',
				({home}) => writeFileSync(path.join(home, '.kube', 'config'), ''),
				'default as Bearer first',
			],
			[
				'with a kubeconfig that names no namespace',
				({account: at, home}) => {
					writeFileSync(path.join(at, 'namespace'), 'of-the-pod');
					writeFileSync(path.join(home, '.kube', 'config'), kubeconfig());
				},
				'of-the-pod as Bearer mine',
			],
			[
				'with a kubeconfig that names one',
				({home}) => writeFileSync(path.join(home, '.kube', 'config'), kubeconfig('named')),
				'named as Bearer mine',
			],
			['with an empty token', ({account: at}) => writeFileSync(path.join(at, 'token'), ''), undefined],
			['without a token', ({account: at}) => rmSync(path.join(at, 'token')), undefined],
		])('%s', async (_, prepare, asked) => {
			const place = {
				account: path.join(directory, path.relative('/var/run/secrets', account)),
				home: directory,
			};
			rmSync(path.join(directory, '.kube'), {recursive: true, force: true});
			mkdirSync(path.join(directory, '.kube'));
			writeFileSync(path.join(place.account, 'token'), 'first');
			writeFileSync(path.join(place.account, 'ca.crt'), authority.pem);
			writeFileSync(path.join(place.account, 'namespace'), 'default');
			const env = {
				HOME: directory,
				KUBERNETES_SERVICE_HOST: '127.0.0.1',
				KUBERNETES_SERVICE_PORT: String(relay.port),
				KUBECACHEDIR: path.join(directory, 'cache'),
				...prepare(place),
			};
			const asks = async (command: readonly string[]) => {
				const before = relay.seen.length;
				await runCommand('unshare', inPod(directory, command), env);
				const request = relay.seen.slice(before).find(({path: to}) => to.endsWith('/services/nosuch'));
				if (!request) return undefined;
				const namespace = /\/namespaces\/([^/]+)\//.exec(request.path)?.[1];
				return `${namespace} as ${request.headers.authorization}`;
			};
			const ours = [process.execPath, builtProgram, 'get', 'nosuch'];
			const commands = [ours, ...(hasKubectl ? [['kubectl', 'get', 'ksvc', 'nosuch']] : [])];
			for (const command of commands) expect(await asks(command)).toBe(asked);
		});
	});
});
