/** Looking into the cluster by keys: what the built program shows of it. */
import {expect, test} from 'vitest';
import {openOnSandbox} from '../../support/program/console.js';

test('y shows the selected service as YAML, m its managed fields; in the revisions pane it is the revision', async () => {
	await using terminal = await openOnSandbox();
	terminal.press('y');
	const screen = await terminal.until(/▸Service cart/);
	expect(await terminal.until(/kind: Service/)).toMatch(
		/# kubectl --context sandbox --kubeconfig \S+ get ksvc cart -n default -o yaml/,
	);
	expect(screen).not.toContain('managedFields:');
	terminal.press('m');
	await terminal.until(/managedFields:[^]*manager: /);
	expect(terminal.screen()).toContain('-show-managed-fields');
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

test('L follows the log of the revision; space holds it, / leaves only some lines, c goes to the queue-proxy', async () => {
	await using terminal = await openOnSandbox();
	terminal.press('L');
	await terminal.until(
		/▸Log of cart-00002[^]*● following {2}user-container {2}pod 1\/1 [^]*listening on port 8080/,
	);
	terminal.press('space');
	await terminal.until(/‖ paused/);
	terminal.press('space');
	await terminal.until(/● following/);
	terminal.press('/');
	terminal.type('STARTING');
	await terminal.until(screen => screen.includes('starting server') && !screen.includes('listening on port'));
	terminal.press('enter', 'C');
	await terminal.until(/Copied/);
	terminal.press('/', 'esc');
	await terminal.until(/listening on port 8080/);
	terminal.press('c');
	await terminal.until(/queue-proxy {2}pod 1\/1/);
	// Of a revision that no pod could be started for it says what to do.
	terminal.press('esc', 'G', '2', 'L');
	await terminal.until(/▸Log of payments-00002[^]*payments-00002 has no pods/);
	terminal.press('esc');
	await terminal.until(/2 Revisions of payments/);
});

test('what a container says is in the log when a request was made of it', async () => {
	await using terminal = await openOnSandbox();
	await terminal.until(/gateway 127/);
	terminal.press('j', 'v');
	await terminal.until(/Answered by checkout-00001/);
	terminal.press('esc', '2', 'L');
	await terminal.until(/▸Log of checkout-00001[^]*pod 1\/2/);
	terminal.press('right');
	await terminal.until(/pod 2\/2[^]*listening on port/);
});

test(':ctx lists the contexts, Enter goes there, :ctx - comes back; a draft is asked about before', async () => {
	await using terminal = await openOnSandbox({
		args: ['--sandbox', '--pace', '4', '--seed', '1', '--production', 'viewer'],
	});
	terminal.type(':ctx\r');
	const list = await terminal.until(/▸Contexts[^]*sandbox-viewer +PRODUCTION/);
	expect(list).toMatch(/sandbox +here +https:\/\//);
	terminal.press('down', 'down', 'enter');
	await terminal.until(
		/PRODUCTION {2}sandbox-viewer \/ default[^]*cart[^]*● watching|PRODUCTION .*sandbox-viewer \/ default.*● watching/,
	);
	await terminal.until(/checkout/);
	terminal.type(':ctx -\r');
	await terminal.until(/kn-canary {2}sandbox \/ default.*● watching/);
	await terminal.until(/cart [█▓▒░#=. ]+90│10/);
	terminal.press('3', 'right');
	await terminal.until(/90 → 91 %/);
	terminal.type(':ctx sandbox-operator\r');
	await terminal.until(/▸Go to the context sandbox-operator[^]*the draft of a split of cart/);
	terminal.press('esc');
	await terminal.until(/90 → 91 %/);
	terminal.type(':ctx sandbox-operator\r');
	await terminal.until(/the draft of a split of cart/);
	terminal.press('enter');
	await terminal.until(/kn-canary {2}sandbox-operator \/ default.*● watching/);
	terminal.type(':ctx nowhere\r');
	await terminal.until(/Not switched to nowhere: there is no context "nowhere"/);
});
