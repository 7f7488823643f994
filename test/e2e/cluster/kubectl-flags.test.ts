/** kubectl's own words for how to get to a cluster, with kubectl and with the built program on the same server. */
import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {startApiServer} from '../../support/kube/api-server.js';
import {createAuthority, hasOpenssl, type Authority} from '../../support/kube/authority.js';
import {builtProgram, runCommand, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client'], {stdio: 'ignore'}).status === 0;

type OwnServer = {url: string; ca: string; token: string; jane: {certFile: string; keyFile: string}};
type Case = [what: string, args: (own: OwnServer) => readonly string[]];

/** Beside a kubeconfig that has the server, the authority and a token. */
const taken: Case[] = [
	['-n=default', () => ['-n=default']],
	['--namespace default', () => ['--namespace', 'default']],
	['-n of another namespace', () => ['-n', 'elsewhere']],
	['--context', () => ['--context', 'other']],
	['--cluster', () => ['--context', 'broken', '--cluster', 'c']],
	['--user', () => ['--user', 'v']],
	['--token', () => ['--token', 'another']],
	['--as', () => ['--as', 'bob']],
	['--as with groups and a UID', () => ['--as=bob', '--as-group=a', '--as-group', 'b', '--as-uid', '7']],
	[
		'--server with a token and its authority',
		own => ['--server', own.url, '--certificate-authority', own.ca],
	],
	['-s', own => ['-s', own.url, '--insecure-skip-tls-verify']],
	['-s=', own => [`-s=${own.url}`, '--insecure-skip-tls-verify']],
	['--tls-server-name', () => ['--context', 'named', '--tls-server-name', 'api.example']],
	['-n of nothing', () => ['-n', '']],
	['--namespace=', () => ['--namespace=']],
	['--token of nothing', () => ['--token', '']],
	['--token=', () => ['--token=']],
	['--server of nothing', () => ['--server', '']],
	['--context of nothing', () => ['--context=']],
	['--as of nothing', () => ['--as', '']],
	[
		'--insecure-skip-tls-verify=true',
		own => ['--server', own.url, '--insecure-skip-tls-verify=true', '--tls-server-name='],
	],
	['--insecure-skip-tls-verify=false', () => ['--insecure-skip-tls-verify=false']],
	['--insecure-skip-tls-verify=0', () => ['--insecure-skip-tls-verify=0']],
	['--request-timeout in seconds', () => ['--request-timeout', '20']],
	['--request-timeout with units', () => ['--request-timeout=1m30s']],
	['--request-timeout with a plus', () => ['--request-timeout', '+20s']],
	['--request-timeout below 0, which is none', () => ['--request-timeout', '-1s']],
	['--request-timeout without a figure before the point', () => ['--request-timeout', '20.s']],
	['--request-timeout in microseconds', () => ['--request-timeout', '20000000µs']],
	['--request-timeout beyond what timers wait', () => ['--request-timeout=99999999999']],
	['--request-timeout with a variable that is not set', () => ['--request-timeout=']],
	['--as with letters beyond ASCII', () => ['--as', 'Łukasz Müller', '--as-group=größe']],
	[
		'--client-certificate',
		own => ['--client-certificate', own.jane.certFile, '--client-key', own.jane.keyFile],
	],
];
const refused: Case[] = [
	['groups without a user to act as', () => ['--as-group', 'a']],
	['a user to act as who fits in no header', () => ['--as', 'bob\ncarol']],
	['a cluster that is not there', () => ['--cluster', 'nowhere']],
	['a user who is not there', () => ['--user', 'nobody']],
	['a context that is not there', () => ['--context', 'nowhere']],
	['an authority that is not there', () => ['--certificate-authority', '/none']],
	['--request-timeout in parts of a second without a unit', () => ['--request-timeout', '20.5']],
	['--request-timeout of less than no seconds', () => ['--request-timeout', '-5']],
	['--request-timeout with blanks', () => ['--request-timeout', ' 20s']],
	['--request-timeout beyond all numbers', () => ['--request-timeout', '99999999999999999999']],
	['another name in the certificate', () => ['--tls-server-name', 'wrong.example']],
];

describe.skipIf(!hasOpenssl)('the flags of kubectl', () => {
	let sandbox: SandboxProcess;
	let authority: Authority;
	let relay: ApiRelay;
	let own: OwnServer;
	let kubeconfig: string;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		authority = createAuthority();
		relay = await startApiRelay(sandbox.kubeconfig, {
			tls: authority.issue('server', ['IP:127.0.0.1', 'DNS:api.example']),
			rules: {
				// Whom it acts as is looked at, and not what that person may do.
				answer: ({path: to, headers}) =>
					headers['impersonate-user'] === undefined || !to.endsWith('/services/nosuch')
						? undefined
						: {
								status: 404,
								body: {
									kind: 'Status',
									status: 'Failure',
									code: 404,
									reason: 'NotFound',
									message: 'services.serving.knative.dev "nosuch" not found',
								},
							},
				token: tokenOf(sandbox.kubeconfig),
			},
		});
		own = {
			url: relay.url,
			ca: authority.file,
			token: tokenOf(sandbox.kubeconfig),
			jane: authority.issue('jane'),
		};
		kubeconfig = path.join(authority.directory, 'kubeconfig');
		const cluster = {server: relay.url, 'certificate-authority': 'ca.crt'};
		writeFileSync(
			kubeconfig,
			JSON.stringify({
				apiVersion: 'v1',
				kind: 'Config',
				clusters: [
					{name: 'c', cluster},
					{name: 'd', cluster: {...cluster, server: 'https://127.0.0.1:1'}},
					{name: 'e', cluster: {...cluster, 'tls-server-name': 'wrong.example'}},
				],
				users: [
					{name: 'u', user: {token: 'one'}},
					{name: 'v', user: {token: 'two'}},
				],
				contexts: [
					{name: 'c', context: {cluster: 'c', user: 'u'}},
					{name: 'other', context: {cluster: 'c', user: 'v', namespace: 'elsewhere'}},
					{name: 'broken', context: {cluster: 'd', user: 'u'}},
					{name: 'named', context: {cluster: 'e', user: 'u'}},
				],
				'current-context': 'c',
			}),
		);
	});

	afterAll(async () => {
		await relay.close();
		authority.remove();
		await sandbox.stop();
	});

	/** What the server saw of the question for the service, and whether its answer was understood. */
	async function asked(run: () => Promise<{output: string}>) {
		const before = relay.seen.length;
		const {output} = await run();
		const request = relay.seen.slice(before).findLast(({path: to}) => to.endsWith('/services/nosuch'));
		const {authorization, ...headers} = request?.headers ?? {};
		const impersonation = Object.entries(headers).filter(([name]) => name.startsWith('impersonate-'));
		return {
			isAnswered: /services\.serving\.knative\.dev "nosuch" not found/.test(output),
			path: request?.path,
			authorization,
			impersonation: impersonation.toSorted(([one], [other]) => one.localeCompare(other)),
		};
	}

	const ours = async (args: readonly string[]) =>
		asked(async () => runProgram(['verify', 'nosuch', '--kubeconfig', kubeconfig, ...args]));
	const kubectls = async (args: readonly string[]) =>
		asked(async () =>
			runCommand('kubectl', ['get', 'ksvc', 'nosuch', '--kubeconfig', kubeconfig, ...args], {
				KUBECACHEDIR: authority.directory,
			}),
		);

	it.each(taken)('takes %s', async (_, args) => {
		const seen = await ours(args(own));
		expect(seen).toMatchObject({isAnswered: true});
		if (!hasKubectl) return;
		// Of a 404 kubectl asks further, for the namespace.
		const {isAnswered: __, ...others} = await kubectls(args(own));
		expect(seen).toMatchObject(others);
	});

	it.each(refused)('refuses %s', async (_, args) => {
		expect(await ours(args(own))).toMatchObject({isAnswered: false, path: undefined});
		if (!hasKubectl) return;
		expect(await kubectls(args(own))).toMatchObject({isAnswered: false, path: undefined});
	});

	it('needs no kubeconfig with a server and a token', async () => {
		const args = ['--server', own.url, '--certificate-authority', own.ca, '--token', 'any'];
		const env = {KUBECONFIG: '/none/at/all'};
		expect((await runProgram(['verify', 'nosuch', ...args], env)).output).toMatch(/"nosuch" not found/);
	});

	it.each([['--request-timeout', 'soon'], ['--request-timeout=5x'], ['--field-manager', '']])(
		'says what %s %s is wrong with',
		async (...args) => {
			const {code, output} = await runProgram(['complete', 'cart', ...args]);
			expect(code).toBe(2);
			expect(output).toMatch(/^error: option '--(request-timeout|field-manager)/);
		},
	);

	it('gives the server as much time as --request-timeout says, and no more', async () => {
		// Takes every request, and never says anything.
		const silent = await startApiServer();
		try {
			const args = ['get', '--server', silent.url, '--token', 'any', '--request-timeout', '300ms'];
			const {output, code} = await runProgram(args, {KUBECONFIG: '/none/at/all'});
			expect(output).toMatch(/no answer from 127\.0\.0\.1:\d+ within 0\.3 s/);
			expect(code).toBe(1);
			expect(silent.log.length).toBeGreaterThan(0);
		} finally {
			await silent.close();
		}
	});

	it('writes as the field manager it is told', async () => {
		const args = [
			'split',
			'cart',
			'00001=40',
			'00002=60',
			'--yes',
			'--wait',
			'0',
			'--field-manager',
			'night-shift',
		];
		await runProgram([...args, '--kubeconfig', kubeconfig], {XDG_STATE_HOME: authority.directory});
		const writes = relay.seen.filter(({method}) => method === 'PATCH');
		expect(writes.length).toBeGreaterThan(0);
		expect(new Set(writes.map(({query}) => query.get('fieldManager')))).toEqual(new Set(['night-shift']));
	});
});
