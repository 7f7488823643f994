/** What is planned is not always sent: to whom nothing may be written, nothing is put. */
import {expect, it} from 'vitest';
import {openSandbox} from '../sandbox.js';
import {change} from './change.js';

it('asks nobody to agree to what is not going to be written, and looks at nothing more for it', async () => {
	const {cluster} = await openSandbox();
	const asked: string[] = [];
	const requests: string[] = [];
	const reader = {
		...cluster,
		readOnly: true,
		async request(request: Parameters<typeof cluster.request>[0]) {
			requests.push(request.method);
			return cluster.request(request);
		},
	};
	const wish = {verb: 'tag', revision: 'cart-00001', add: ['night'], remove: []} as const;
	const before = await change(reader, wish, {dryRun: true});
	expect(before.sentence).toMatch(/^Dry run/);
	const forDryRun = requests.splice(0).filter(method => method === 'GET').length;
	const result = await change(reader, wish, {
		async agree(word) {
			asked.push(word);
			return true;
		},
	});
	expect(result).toMatchObject({
		code: 1,
		sentence: 'Not done: started with --read-only, nothing is written.',
		plan: {action: 'tag'},
	});
	expect(asked).toEqual([]);
	expect(requests).toEqual(Array<string>(forDryRun).fill('GET'));
});
