/** `kn-canary sandbox` and `kn-canary demo`: what needs no cluster of anybody's. */
import type {SandboxFlags} from '../flags.js';
import {sandboxOf} from './own-sandbox.js';
import {installInBackground} from '../process-setup.js';

/** Prints where it is reached, and runs until a signal ends it. */
export async function runSandbox(flags: SandboxFlags): Promise<void> {
	const lifecycle = installInBackground();
	const {kubeconfigPath, gatewayAddress, switchesUrl} = await sandboxOf(lifecycle, flags);
	process.stdout.write(
		`KUBECONFIG=${kubeconfigPath}\nGATEWAY=${gatewayAddress}\nSWITCHES=${switchesUrl}\n` +
			`\nTry:  kubectl --kubeconfig ${kubeconfigPath} get ksvc\n` +
			`      curl -H 'Host: checkout.default.example.com' http://${gatewayAddress}\n` +
			'ctrl-c stops it; nothing is kept.\n',
	);
}

/** Plays the release and ends the process: with 0 when every step showed what it must, else with 1. */
export async function runDemo({pace}: {pace: number}): Promise<void> {
	const lifecycle = installInBackground();
	const [{connect}, {playDemo}] = await Promise.all([
		import('../../kube/connect.js'),
		import('../../demo/demo.js'),
	]);
	// Seeded: even a fair draw would look suspicious to a sound test in one run of many, and this one must not fail by luck.
	const sandbox = await sandboxOf(lifecycle, {pace, seed: 1});
	const cluster = await connect({kubeconfig: sandbox.kubeconfigPath});
	lifecycle.onLeave(async () => cluster.close());
	const passed = await playDemo(cluster, line => process.stdout.write(`${line}\n`));
	await lifecycle.leave(passed ? 0 : 1);
}
