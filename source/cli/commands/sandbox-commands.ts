/** `sandbox` and `demo`: what needs no cluster of anybody's. */
import type {Command} from 'commander';
import {
	crowdOptions,
	demoPace,
	paceOption,
	port,
	seedOption,
	type PaceFlags,
	type SandboxFlags,
} from '../flags.js';

import {addExamples} from './help-parts.js';

export function addSandboxCommands(program: Command): void {
	const sandbox = program
		.command('sandbox')
		.description('run the sandbox alone, for kubectl, kn and curl, until ctrl-c')
		.option('--api-port <port>', 'port of the API server', port, 0)
		.option('--gateway-port <port>', 'port of the gateway', port, 0)
		.option('--switch-port <port>', 'port of the switches for what goes wrong on purpose', port, 0)
		.addOption(paceOption(1))
		.addOption(seedOption())
		.action(async (_own: unknown, command: {optsWithGlobals(): SandboxFlags}) => {
			const {runSandbox} = await import('../run/run-sandbox.js');
			await runSandbox(command.optsWithGlobals());
		});
	for (const option of crowdOptions()) {
		sandbox.addOption(option);
	}
	addExamples(sandbox, ['sandbox', 'sandbox --pace 10 --services 1000']);

	const demo = program
		.command('demo')
		.description('play a whole canary release on a fresh sandbox and print it as plain lines')
		.addOption(paceOption(demoPace))
		.action(async (_own: unknown, command: {optsWithGlobals(): PaceFlags}) => {
			const {runDemo} = await import('../run/run-sandbox.js');
			const {pace = demoPace} = command.optsWithGlobals();
			await runDemo({pace});
		});
	addExamples(demo, ['demo', 'demo --pace 20']);
}
