/** What the console shows while the API server is away. */
import {copyFile, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import {startSandboxProcess} from '../../support/program/sandbox-process.js';
import {builtProgram} from '../../support/program/run-program.js';

it('keeps the last state, says how old it is, and says of a write that it was not made', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'kn-canary-test-'));
	const sandbox = await startSandboxProcess(builtProgram);
	try {
		const kubeconfig = path.join(folder, 'kubeconfig');
		await copyFile(sandbox.kubeconfig, kubeconfig);
		await using terminal = openBuiltConsole({args: ['--kubeconfig', kubeconfig]});
		await terminal.until(/watching[^]*checkout/);
		await sandbox.stop();
		await terminal.until(/▲ \d+\w+ old/);
		await terminal.until(
			/refused the connection\. Data from \d\d:\d\d:\d\d\. Retrying; ctrl-r retries now\./,
		);
		expect(terminal.screen()).toMatch(/cart[\s█▓▒░#=.]+90│10/);
		terminal.press('R');
		await terminal.until(/Roll back cart[^]*The API server is away:[^]*Nothing was sent/);
		expect(terminal.screen()).not.toContain('⏎ apply');
		terminal.press('enter', 'esc');
		await terminal.until(/1 Services/);
		terminal.press('q');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
	} finally {
		await sandbox.stop();
		await rm(folder, {recursive: true, force: true});
	}
});
