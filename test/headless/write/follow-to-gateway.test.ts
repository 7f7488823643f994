/** Following a change to the gateway, by what a watch tells in this or that order. */
import {describe, expect, it} from 'vitest';
import {followToGateway, type Arrival} from '../../../source/headless/write/follow-to-gateway.js';
import {condition, knativeService, readyConditions} from '../../knative/objects.js';
import {status as failure, type Exchange} from '../../support/kube/api-server.js';
import {cluster, server, timers, withCluster} from '../../kube/answered-cluster.js';

withCluster();

type Shown = {
	generation: number;
	observed?: number;
	conditions?: typeof readyConditions;
	traffic?: object[];
};

function service({generation, observed = generation, conditions = readyConditions, traffic}: Shown): object {
	const object = knativeService();
	const {name} = object.metadata;
	return {
		...object,
		metadata: {...object.metadata, name, generation, resourceVersion: String(100 + generation)},
		status: {...object.status, observedGeneration: observed, conditions, ...(traffic && {traffic})},
	};
}

const routing = [condition('RoutesReady', 'Unknown', 'IngressNotConfigured', 'Waiting for the gateway')];

/** What becomes of generation 5 when the list shows one thing and the watch then these; and what was said meanwhile. */
const follow = async (listed: Shown, ...told: readonly Shown[]) => followed([listed, ...told]);

async function followed(
	[listed, ...told]: readonly [Shown, ...Shown[]],
	options: {makesRevision?: boolean} = {},
): Promise<{arrival: Arrival; progress: string[]}> {
	server.always((exchange: Exchange) => {
		if (exchange.query.get('watch') !== '1') {
			const list = {kind: 'ServiceList', metadata: {resourceVersion: '100'}, items: [service(listed)]};
			return exchange.answer(200, list);
		}
		exchange.stream().send(...told.map(shown => ({type: 'MODIFIED', object: service(shown)})));
	});
	const progress: string[] = [];
	const arrival = await followToGateway(cluster, {
		namespace: 'default',
		service: 'helloworld-go',
		generation: 5,
		within: 60_000,
		progress: words => progress.push(words),
		...options,
	});
	return {arrival, progress};
}

/** The route has settled; the revision that the template asks for is like that. */
const making = (status: 'Unknown' | 'False', reason = '', message = '') => ({
	generation: 5,
	conditions: [condition('ConfigurationsReady', status, reason, message), condition('RoutesReady', 'True')],
});

describe('a new revision', () => {
	it('is waited for where the route has settled without it', async () => {
		expect(await followed([making('Unknown'), {generation: 5}], {makesRevision: true})).toEqual({
			arrival: {kind: 'moved', sentence: 'It is in place, says Knative.'},
			progress: ['waiting for the new revision'],
		});
	});

	it('that has failed is at no gateway, in the words of Knative', async () => {
		const failed = making('False', 'RevisionFailed', 'Revision "helloworld-go-00001" failed: no such image.');
		expect(await followed([making('Unknown'), failed], {makesRevision: true})).toMatchObject({
			arrival: {
				kind: 'refused',
				sentence: expect.stringMatching(/^But \S+ is not ready: .*no such image\.$/),
			},
		});
	});
});

describe('a change', () => {
	it('is not at the gateway because the one before it is, which the list still shows', async () => {
		const {arrival, progress} = await follow(
			{generation: 4},
			{generation: 5, observed: 4},
			{generation: 5, conditions: routing},
			{generation: 5},
		);
		expect(arrival.kind).toBe('moved');
		expect(progress).toEqual([
			expect.any(String),
			expect.stringContaining('IngressNotConfigured: Waiting for the gateway'),
		]);
	});

	it('is there at once where the list shows it settled', async () => {
		expect(await follow({generation: 5})).toMatchObject({arrival: {kind: 'moved'}, progress: []});
	});

	it('is not in place because the route says so beside a split that is none', async () => {
		const odd = [{revisionName: 'helloworld-go-00001', percent: 60}];
		const {arrival, progress} = await follow({generation: 5, traffic: odd}, {generation: 5});
		expect(arrival.kind).toBe('moved');
		expect(progress).toEqual([expect.stringContaining('60 %')]);
		server.always(exchange => {
			const items = [service({generation: 5, traffic: odd})];
			if (exchange.query.get('watch') === '1') exchange.stream();
			else exchange.answer(200, {metadata: {resourceVersion: '100'}, items});
		});
		expect(await followWith(300, () => timers.advance(300))).toMatchObject({
			kind: 'late',
			sentence: expect.stringMatching(
				/^Whether the gateway has it is not known after 0\.3 s: .*60 %[^.]*\.$/,
			),
		});
	});

	it('that somebody changed again is not waited for', async () => {
		const {arrival} = await follow({generation: 4}, {generation: 6});
		expect(arrival).toMatchObject({kind: 'changed again', sentence: expect.stringContaining('bob')});
	});

	it('that the route refuses says so, in its words', async () => {
		const refused = [condition('RoutesReady', 'False', 'RevisionMissing', 'Revision "x" not found')];
		const {arrival} = await follow({generation: 5, conditions: refused});
		expect(arrival).toMatchObject({kind: 'refused', sentence: expect.stringContaining('RevisionMissing')});
	});
});

const forbidden = (verb: string) =>
	failure(403, 'Forbidden', `services is forbidden: User "bot" cannot ${verb} resource "services"`);
const followWith = async (within: number, progress: (words: string) => void = () => {}) =>
	followToGateway(cluster, {
		namespace: 'default',
		service: 'helloworld-go',
		generation: 5,
		within,
		progress,
		timers,
	});

/** The service has been read, and it is waited a second for the next time. */
async function untilRead(): Promise<void> {
	while ((await timers.sleeping()) !== 1000);
}

describe('without the right to', () => {
	it.each(['watch', 'list'])('%s, the service is read again until the gateway has it', async verb => {
		const told = [{generation: 5, conditions: routing}, {generation: 5}];
		server.always((exchange: Exchange) => {
			if (exchange.path.endsWith('/services/helloworld-go')) {
				return exchange.answer(200, service(told.length > 1 ? told.shift()! : told[0]!));
			}
			const isWatch = exchange.query.get('watch') === '1';
			if (verb === 'list' || isWatch) return exchange.answer(403, forbidden(verb));
			const items = [service({generation: 5, observed: 4})];
			exchange.answer(200, {kind: 'ServiceList', metadata: {resourceVersion: '100'}, items});
		});
		const arrival = followWith(60_000);
		await untilRead();
		timers.advance(1000);
		expect(await arrival).toEqual({kind: 'moved', sentence: 'It is in place, says Knative.'});
	});

	it('see the service at all, nothing is said of the gateway but that', async () => {
		server.always((exchange: Exchange) => exchange.answer(403, forbidden('get')));
		const arrival = followWith(100);
		await untilRead();
		timers.advance(100);
		expect(await arrival).toEqual({
			kind: 'late',
			sentence: expect.stringMatching(
				/^Whether the gateway has it is not known after 0\.1 s: .*cannot get resource "services".*\.$/,
			),
		});
	});
});
