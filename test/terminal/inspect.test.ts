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

test('e shows what the cluster said of the service, and of a revision when that is selected', async () => {
	await using terminal = await openOnSandbox();
	terminal.press('e');
	const screen = await terminal.until(/▸Events of service cart[^]*Normal {2}ScalingReplicaSet {2}Deployment/);
	expect(screen).toMatch(/ · Normal {2}RevisionReady {2}Revision cart-00002/);
	terminal.press('esc', '2', 'e');
	await terminal.until(/▸Events of revision cart-00002[^]*Pod cart-00002-deployment/);
	expect(terminal.screen()).not.toContain('Route cart');
	// Of a service that has stood for weeks there is nothing to tell.
	terminal.press('esc', '1', 'j', 'e');
	await terminal.until(/No events of checkout and what belongs to it/);
	terminal.press('esc', 'j', 'e');
	await terminal.until(/▲ Warning {2}InternalError {2}Revision payments-00002[^]*Unable to fetch image/);
});
