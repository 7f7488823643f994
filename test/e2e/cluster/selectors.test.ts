/** Label selectors and short flags as people write them: the same services, or a refusal, from kubectl and the built program. */
import {spawnSync} from 'node:child_process';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {servingPath} from '../../../source/kube/paths.js';
import {builtProgram, runCommand, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client'], {stdio: 'ignore'}).status === 0;

/** cart has team=shop and tier=front, payments team=shop. */
const cases: [args: readonly string[], services: readonly string[] | 'refused'][] = [
	[
		['-l', 'team=shop'],
		['cart', 'payments'],
	],
	[['-lteam=shop'], ['cart', 'payments']],
	[['-l=team=shop'], ['cart', 'payments']],
	[['--selector=team=shop'], ['cart', 'payments']],
	[['-l', 'team==shop,tier!=front'], ['payments']],
	[
		['-l', 'team'],
		['cart', 'payments'],
	],
	[['-l', '!team'], ['checkout']],
	[
		['-l', 'team in (shop, other)'],
		['cart', 'payments'],
	],
	[['-l', 'team in ()'], []],
	[['-l', 'team notin (shop)'], ['checkout']],
	[['-l', 'team='], []],
	[
		['-l', ' team = shop '],
		['cart', 'payments'],
	],
	[
		['-l', ''],
		['cart', 'checkout', 'payments'],
	],
	[
		['-l', ' '],
		['cart', 'checkout', 'payments'],
	],
	[['-l', '='], 'refused'],
	[['-l='], 'refused'],
	[['-l=='], 'refused'],
	[['--selector', '='], 'refused'],
	[['-l', '=shop'], 'refused'],
	[['-l', '=team=shop'], 'refused'],
	[['-l', ','], 'refused'],
	[['-l', 'team=shop,'], 'refused'],
	[['-l', 'team=shop=front'], 'refused'],
	[['-l', 'team in shop'], 'refused'],
	[['-n=default', '-l', 'tier'], ['cart']],
	[['-n', '=default'], []],
	[['cart', '-l', 'tier'], 'refused'],
	[['cart', '-l', ''], ['cart']],
];

function outcomeOf({code, output}: {code: number | null; output: string}): unknown {
	if (code !== 0) return 'refused';
	return [...output.matchAll(/^service\.serving\.knative\.dev\/(\S+)$/gm)].map(([, name]) => name);
}

describe('a label selector', () => {
	let sandbox: SandboxProcess;
	let env: Record<string, string>;

	beforeAll(async () => {
		sandbox = await startSandboxProcess(builtProgram);
		env = {KUBECONFIG: sandbox.kubeconfig, KUBECACHEDIR: `${sandbox.kubeconfig}-cache`};
		const cluster = await connect({kubeconfig: sandbox.kubeconfig});
		const label = async (name: string, labels: object) =>
			cluster.request({
				method: 'PATCH',
				path: servingPath('services', 'default', name),
				contentType: 'application/merge-patch+json',
				body: {metadata: {labels}},
			});
		await label('cart', {team: 'shop', tier: 'front'});
		await label('payments', {team: 'shop'});
		await cluster.close();
	});

	afterAll(async () => sandbox.stop());

	it.each(cases)('of %j gives %j', async (args, services) => {
		expect(outcomeOf(await runProgram(['get', '-o=name', ...args], env))).toEqual(services);
		if (!hasKubectl) return;
		expect(outcomeOf(await runCommand('kubectl', ['get', 'ksvc', '-o=name', ...args], env))).toEqual(
			services,
		);
	});
});
