/** The sandbox inside the program. */
import type {Sandbox} from '../../sandbox/index.js';
import type {Lifecycle} from '../../terminal/lifecycle/lifecycle.js';
import type {PaceFlags, SandboxFlags} from '../flags.js';

/** A sandbox that stops with the program. */
export async function sandboxOf(
	lifecycle: Lifecycle,
	{
		apiPort = 0,
		gatewayPort = 0,
		switchPort = 0,
		pace = 1,
		seed,
		services,
		revisions = 1,
	}: Partial<SandboxFlags> & PaceFlags,
): Promise<Sandbox> {
	const {seededRandom, startSandbox} = await import('../../sandbox/index.js');
	const sandbox = await startSandbox({
		apiPort,
		gatewayPort,
		switchPort,
		pace,
		...(seed !== undefined && {random: seededRandom(seed)}),
		...(services !== undefined && {crowd: {services, revisions}}),
	});
	lifecycle.onLeave(async () => sandbox.stop());
	return sandbox;
}
