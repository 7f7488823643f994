/** Gateways as they occur, found by the built program: each is asked where a careful human would, or a sentence says what to give. */
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {servingPath} from '../../../source/kube/paths.js';
import {startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {eventually} from '../../support/eventually.js';
import {createAuthority, hasOpenssl, type Authority} from '../../support/kube/authority.js';
import {startTestGateway, type TestGateway} from '../../support/gateway/gateways.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {gatewayCases, rulesOf, type Ports} from './parts/gateway-scenes.js';
import {unusedPort} from '../../support/ports.js';

describe.skipIf(!hasOpenssl)('a gateway', () => {
	let sandbox: SandboxProcess;
	let authority: Authority;
	let relay: ApiRelay;
	let kubeconfig: string;
	let gateways: Record<'plain' | 'secure' | 'six' | 'wrong', TestGateway>;
	let ports: Ports;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		authority = createAuthority();
		relay = await startApiRelay(sandbox.kubeconfig);
		kubeconfig = path.join(authority.directory, 'kubeconfig');
		writeFileSync(kubeconfig, kubeconfigFor(relay.url, {user: {token: 'any'}}));
	});

	afterAll(async () => {
		await relay.close();
		authority.remove();
		await sandbox.stop();
	});

	beforeEach(async () => {
		const to = sandbox.gateway;
		gateways = {
			plain: await startTestGateway({to}),
			secure: await startTestGateway({to, tls: authority.issue('gateway', ['DNS:*.default.example.com'])}),
			six: await startTestGateway({to, address: '::1'}),
			wrong: await startTestGateway({to, answer: () => ({status: 404})}),
		};
		const {plain, secure, six, wrong} = gateways;
		ports = {
			plain: plain.port,
			secure: secure.port,
			six: six.port,
			wrong: wrong.port,
			nobody: await unusedPort(),
		};
	});

	afterEach(async () => {
		await Promise.all(Object.values(gateways).map(async each => each.close()));
	});

	it.each(gatewayCases)('with %s', async (_, scene, expected) => {
		relay.rules = {token: tokenOf(sandbox.kubeconfig), ...rulesOf(scene(ports))};
		const {code, output} = await runProgram(
			[
				'verify',
				'checkout',
				'--n=6',
				'--rate=50',
				`--kubeconfig=${kubeconfig}`,
				`--cacert=${authority.file}`,
			],
			{XDG_STATE_HOME: authority.directory},
		);
		const asked = Object.entries(gateways)
			.filter(([, {seen}]) => seen.length > 0)
			.map(([name]) => name);
		const isSaid = typeof expected === 'string' || expected.test(output);
		const [place, end] = typeof expected === 'string' ? [[expected], 0] : [[], 3];
		expect({asked, code, isSaid, output}).toMatchObject({asked: place, code: end, isSaid: true});
	});

	it('for those inside of the cluster is asked for a service that has no rule outside, through a port-forward', async () => {
		const cluster = await connect({kubeconfig: sandbox.kubeconfig});
		try {
			const labelled = await cluster.request({
				method: 'PATCH',
				path: servingPath('services', 'default', 'checkout'),
				contentType: 'application/merge-patch+json',
				body: {metadata: {labels: {'networking.knative.dev/visibility': 'cluster-local'}}},
			});
			expect(labelled.status).toBe(200);
			await eventually(async () => {
				const {stdout} = await runProgram(['get', 'checkout', '--kubeconfig', sandbox.kubeconfig]);
				if (!/Ready .*http:\/\/checkout\.default\.svc\./.test(stdout)) throw new Error(stdout);
			});
			const args = ['verify', 'checkout', '--n=6', '--rate=50', `--kubeconfig=${sandbox.kubeconfig}`];
			const {code, output} = await runProgram(args, {XDG_STATE_HOME: authority.directory});
			expect(output).toContain('via port-forward');
			expect(output).toMatch(/6 of 6 answered/);
			expect(code).toBe(0);
		} finally {
			await cluster.close();
		}
	});
});
