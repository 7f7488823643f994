/** What was rejected is made again by `revision create` and `scale` only where `--despite` says so, on the built program. */
import {mkdtempDisposableSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it} from 'vitest';
import {runProgram} from '../support/program/run-program.js';
import {startWorld} from '../support/world.js';

it.each([
	['revision create', ['revision', 'create', 'cart', '--env', 'A=b']],
	['scale', ['scale', 'cart', '--max', '3']],
])('%s makes a revision from a rejected template only with --despite rejected', async (_, words) => {
	using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-despite-'));
	const world = await startWorld();
	try {
		const run = async (...args: string[]) =>
			runProgram(args, {
				KUBECONFIG: world.sandbox.kubeconfigPath,
				XDG_STATE_HOME: folder.path,
				XDG_CONFIG_HOME: folder.path,
			});
		expect(await run('abandon', 'cart', '--reason', 'too slow', '--yes')).toMatchObject({code: 0});
		const undecided = await run(...words, '--yes');
		expect(undecided).toMatchObject({code: 2, stderr: expect.stringContaining('--from template')});
		const refused = await run(...words, '--from', 'template', '--yes');
		expect(refused.output).toMatch(/too slow[^]*--despite rejected\./);
		expect(refused.code).toBe(1);
		const made = await run(...words, '--from', 'template', '--despite', 'rejected', '--yes');
		expect(made.output).toMatch(/It is in place, says Knative/);
		expect(made.code).toBe(0);
	} finally {
		await world.stop();
	}
});
