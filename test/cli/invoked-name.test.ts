import {copyFileSync, mkdtempDisposableSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {invokedName} from '../../source/cli/invoked-name.js';
import {systemBash, runCommand} from '../support/program/run-program.js';

describe('the name that the help says', () => {
	it.each([
		['/usr/bin/kubectl-canary', 'bash', 'kubectl canary'],
		['/usr/bin/kubectl_canary', 'bash', 'kubectl canary'],
		['/usr/bin/kn-canary', 'kn', 'kn canary'],
		['/usr/bin/kn-canary', 'kn-linux-amd64', 'kn canary'],
		['/usr/bin/kn-canary', 'bash', 'kn-canary'],
		['/opt/kn-canary/dist/cli.js', 'kn', 'kn-canary'],
		[undefined, 'kn', 'kn-canary'],
	])('of %s started by %s is %s', (script, parent, name) => {
		expect(invokedName(script, () => parent)).toBe(name);
	});

	it('is that of the plugin which kubectl and kn run', async () => {
		using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-name-'));
		const link = (name: string) => {
			const file = path.join(folder.path, name);
			symlinkSync(path.resolve('dist/cli.js'), file);
			return file;
		};
		const asKubectl = await runCommand(process.execPath, [link('kubectl-canary'), 'split', '--help']);
		expect(asKubectl.stdout).toContain('Usage: kubectl canary split [options] <service> <share...>');
		expect(asKubectl.stdout).toContain('\n  kubectl canary split cart cart-00001=50 cart-00002=50\n');
		// A shell by the name of kn, which is what the plugin sees of its parent.
		const kn = path.join(folder.path, 'kn');
		copyFileSync(systemBash, kn);
		const asKn = await runCommand(kn, [
			'-c',
			`'${process.execPath}' '${link('kn-canary')}' split --help; true`,
		]);
		expect(asKn.stdout).toContain('Usage: kn canary split');
	});
});
