/** Looking into the cluster by keys: what the built program shows of it. */
import {expect, test} from 'vitest';
import {openOnSandbox} from '../support/console.js';

test('y shows the selected service as YAML, m its managed fields; in the revisions pane it is the revision', async () => {
	await using terminal = await openOnSandbox();
	terminal.press('y');
	const screen = await terminal.until(/▸Service cart/);
	expect(await terminal.until(/kind: Service/)).toContain('# kubectl get ksvc cart -n default -o yaml');
	expect(screen).not.toContain('managedFields:');
	terminal.press('m');
	await terminal.until(/managedFields:[^]*manager: /);
	expect(terminal.screen()).toContain('--show-managed-fields');
	terminal.press('m', 'G');
	await terminal.until(/url: http:\/\/cart\.default\.example\.com/);
	terminal.press('C');
	await terminal.until(/Copied/);
	terminal.press('esc', '2', 'y');
	await terminal.until(/▸Revision cart-00002[^]*kind: Revision/);
});
