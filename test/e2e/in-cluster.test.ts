/** The built program in a pod: the service account is where it always is, in a file system of the program's own. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startApiRelay, tokenOf, type ApiRelay} from '../support/api-relay.js';
import {createAuthority, hasOpenssl, type Authority} from '../support/authority.js';
import {builtProgram, runCommand} from '../support/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../support/sandbox-process.js';

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
});
