import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

export type SandboxProcess = {
	/** Path of the kubeconfig. */
	kubeconfig: string;
	/** `host:port` */
	gateway: string;
	stop: () => Promise<void>;
};

/** A sandbox of the built program in a process of its own, so that its work is not that of what is measured or tested, and it can be stopped under a console's feet. */
export async function startSandboxProcess(
	program: string,
	{args = []}: {args?: readonly string[]} = {},
): Promise<SandboxProcess> {
	const child = spawn(process.execPath, [program, 'sandbox', '--seed', '1', ...args], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const exited = new Promise<void>(resolve => {
		child.once('exit', () => resolve());
	});
	let kubeconfig: string | undefined;
	for await (const line of createInterface(child.stdout)) {
		kubeconfig ??= /^KUBECONFIG=(.+)$/.exec(line)?.[1];
		const gateway = /^GATEWAY=(.+)$/.exec(line)?.[1];
		if (kubeconfig === undefined || gateway === undefined) continue;
		return {
			kubeconfig,
			gateway,
			async stop() {
				child.kill('SIGINT');
				await exited;
			},
		};
	}
	throw new Error('The sandbox printed no kubeconfig and no gateway.');
}
