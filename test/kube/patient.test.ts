/** Of a busy API server what changes nothing is asked again. */
import {describe, expect, it, vi} from 'vitest';
import type {ApiAnswer, ApiRequest, Cluster} from '../../source/kube/cluster.js';
import {comeBackAfter, patientCluster} from '../../source/kube/patient.js';

const answer = (status: number, retryAfter?: number): ApiAnswer => ({
	status,
	body: undefined,
	warnings: [],
	...(retryAfter !== undefined && {retryAfter}),
});

/** A cluster that gives these answers, one after the other, then 200. */
function clusterWith(...answers: readonly ApiAnswer[]) {
	const left = [...answers];
	const request = vi.fn<Cluster['request']>(async () => left.shift() ?? answer(200));
	const sleep = vi.fn<(milliseconds: number) => Promise<void>>(async () => {});
	const ending = new AbortController();
	const base: Pick<Cluster, 'request' | 'standing'> = {request, standing: {}};
	// Nothing else of it is asked.
	const patient = patientCluster(Object.assign(Object.create(null), base), {signal: ending.signal, sleep});
	return {request, sleep, ending, ask: async (given: ApiRequest) => patient.request(given)};
}

const get: ApiRequest = {method: 'GET', path: '/version'};

describe('what changes nothing', () => {
	it('is asked again after as long as the server says', async () => {
		const {ask, request, sleep} = clusterWith(answer(503, 2), answer(429, 1));
		expect(await ask(get)).toMatchObject({status: 200});
		expect(request).toHaveBeenCalledTimes(3);
		expect(sleep.mock.calls.map(([milliseconds]) => milliseconds)).toEqual([2000, 1000]);
		const dry = clusterWith(answer(503, 1));
		const patch: ApiRequest = {method: 'PATCH', path: '/x', query: {dryRun: 'All'}};
		expect(await dry.ask(patch)).toMatchObject({status: 200});
	});

	it('is asked eleven times at most', async () => {
		const {ask, request} = clusterWith(...Array.from({length: 20}, () => answer(503, 0)));
		expect(await ask(get)).toMatchObject({status: 503});
		expect(request).toHaveBeenCalledTimes(11);
	});

	it('is not asked again when the program is ended', async () => {
		const {ask, ending, request} = clusterWith(answer(503, 1));
		ending.abort();
		expect(await ask(get)).toMatchObject({status: 503});
		expect(request).toHaveBeenCalledOnce();
	});
});

it('a write is not sent again by itself', async () => {
	const {ask, request} = clusterWith(answer(503, 1));
	expect(await ask({method: 'PATCH', path: '/x'})).toMatchObject({status: 503});
	expect(request).toHaveBeenCalledOnce();
});

it.each([
	[503, 1, 1],
	[429, 0, 0],
	[500, 3, 3],
	[503, undefined, undefined],
	[404, 1, undefined],
	[503, 600, undefined],
])('%i with %s is come back to after %s', (status, retryAfter, seconds) => {
	expect(comeBackAfter({status, retryAfter})).toBe(seconds);
});
