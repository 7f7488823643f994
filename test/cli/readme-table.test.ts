/** Each row of the readme's table for who knows kubectl, kn or Argo Rollouts: our side of it is run, and does what it says. */
import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {runProgram} from '../support/program/run-program.js';
import {worldPerFile} from './world-per-file.js';

const image = 'registry.example.com/samples/helloworld-go:1';
const test = worldPerFile();

const section = readFileSync('readme.md', 'utf8').split('## Coming from kubectl')[1]?.split('\n## ')[0] ?? '';
const rows = [...section.matchAll(/^\| `(?<there>[^`]+)` +\| `kn-canary (?<here>[^`]+)` +\|$/gm)].map(
	({groups = {}}) => [groups['there'] ?? '', groups['here'] ?? ''] as const,
);

/** What our side has to print, by its first words; of what is written, what the service is like afterwards. */
const says: Readonly<Record<string, RegExp>> = {
	'get -A': /^NAMESPACE +NAME +STATE/,
	'get cart -o yaml': /^apiVersion: serving\.knative\.dev\/v1\nkind: Service/,
	'describe cart': /^CONDITION +STATUS/m,
	'wait ksvc/cart': /^cart: the service is Ready/,
	'events cart': /cart/,
	'logs cart': /helloworld/,
	'delete cart': /Done: the server took it/,
	get: /^NAME +STATE/,
	'status cart': /^Canary +cart-\d{5}|^Stable +cart-\d{5}/m,
	'create shop': /It is in place, says Knative/,
	'revision create': /It is in place, says Knative/,
	'scale shop': /min-scale +not set → 1/,
	'tag cart': /cart-00002 .*\+beta/,
	'split cart': /cart-00001 +90 % → 80 %/,
	'export cart': /^apiVersion: serving\.knative\.dev\/v1\nkind: Service\nmetadata:\n {2}name: cart/,
	'delete payments': /payments-00002/,
	'promote cart': /100 %/,
	'undo cart': /Done: the server took it/,
	'rollback cart': /→ 100 %/,
};

/** Rows that put a cart of the sandbox as it was at first before them. */
const fresh = /^(?:split|tag|promote|rollback|undo|delete cart)/;

describe('the table of the readme', () => {
	it('has rows of all three', () => {
		expect(rows.length).toBeGreaterThan(20);
		for (const who of [/^kubectl (?!argo)/, /^kn /, /^kubectl argo rollouts /]) {
			expect(rows.some(([there]) => who.test(there))).toBe(true);
		}
	});

	// The row that deletes the cart is run after those that want one.
	const inOrder = rows.toSorted(
		([, a], [, b]) => Number(a.startsWith('delete cart')) - Number(b.startsWith('delete cart')),
	);
	it.each(inOrder)('%s is %s', async (_there, here) => {
		if (fresh.test(here)) {
			await test.world.split('cart', [
				{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
				{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
			]);
		}
		const args = here.replaceAll('IMAGE', image).split(' ');
		const env = {
			KUBECONFIG: test.world.sandbox.kubeconfigPath,
			XDG_STATE_HOME: test.folder,
			XDG_CONFIG_HOME: test.folder,
			KN_CANARY_GATEWAY: test.world.sandbox.gatewayAddress,
		};
		if (here.startsWith('undo')) await runProgram(['split', 'cart', '1=50', '2=50', '--yes'], env);
		const {code, stdout, stderr} = await runProgram(args, env);
		const [, wanted] =
			Object.entries(says).find(([words]) => here === words || here.startsWith(`${words} `)) ?? [];
		expect(wanted).toBeDefined();
		expect(`${stdout}${stderr}`).toMatch(wanted ?? /(?!)/);
		expect(code).toBe(0);
	});
});
