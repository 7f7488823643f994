/** Operators, CI and kubectl beside each other, on a sandbox of their own for each test. */
import {beforeEach} from 'vitest';
import {openOperators, type Operators} from '../operators.js';

export let cluster: Operators['cluster'];
export let gateway: Operators['gateway'];
export let create: Operators['create'];
export let deploy: Operators['deploy'];
export let patch: Operators['patch'];
export let run: Operators['run'];
export let markRejected: Operators['markRejected'];
export let split: Operators['split'];
export let splitOf: Operators['splitOf'];
export let madeOf: Operators['madeOf'];

/** To be called once in a file. */
export function withOperators(): void {
	beforeEach(async () => {
		({cluster, gateway, create, deploy, patch, run, markRejected, split, splitOf, madeOf} =
			await openOperators());
	});
}
