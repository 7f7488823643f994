/** Whoever answers for the API server with another object has not answered. */
import {expect, it} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {openOperators, services} from '../write/operators.js';

it('a change that was asked for of one service is planned on no other, whatever comes back', async () => {
	const {cluster, create, run, split, splitOf} = await openOperators();
	for (const name of ['cart', 'shop']) {
		await create(name);
		await split(name, '1=100');
	}
	const writes: string[] = [];
	const through = (own: Cluster): Cluster => ({
		...own,
		async request(request) {
			if (request.method !== 'GET') writes.push(request.path);
			return own.request(
				request.path === `${services}/cart` ? {...request, path: `${services}/shop`} : request,
			);
		},
	});
	const {body} = await cluster.request({method: 'GET', path: `${services}/shop`});
	expect(body).toMatchObject({metadata: {name: 'shop'}});
	expect(await run('split', 'cart', {shares: ['@latest=100'], through})).toMatchObject({
		code: 1,
		sentence: 'Not done: what came back is not the Service cart of default.',
	});
	expect(writes).toEqual([]);
	expect(await splitOf('shop')).toBe('1=100');
});
