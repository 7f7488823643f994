/** What the next console makes of something made or deleted whose sender has not lived to say how that ended. */
import {describe, expect, it} from 'vitest';
import type {Deed} from '../../../source/journal/deed.js';
import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';
import {parseService, type ServiceView} from '../../../source/knative/service/service.js';
import {settleDeeds, type Inventory} from '../../../source/release/outcome/settle-deeds.js';
import {knativeRevision, knativeService, revisionName} from '../../knative/objects.js';

const at = Date.parse('2026-01-02T03:04:05Z');
const name = 'helloworld-go';

function service(metadata: object = {}): ServiceView {
	const object = knativeService();
	Object.assign(object.metadata, metadata);
	const parsed = parseService(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

function revision(generation: number): RevisionView {
	const object = knativeRevision(generation);
	object.metadata.uid = `r-${generation}`;
	const parsed = parseRevision(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

function deed(of: Partial<Deed>): Deed {
	return {
		id: 'd-1',
		at,
		server: 'https://127.0.0.1',
		context: 'prod',
		namespace: 'default',
		service: name,
		what: 'delete service',
		object: name,
		uid: service().uid,
		by: 'alice',
		own: true,
		reason: 'delete service',
		command: '',
		end: undefined,
		...of,
	};
}

const settle = (
	of: Partial<Deed>,
	{later = 1000, ...has}: Partial<Inventory> & {later?: number},
): unknown => {
	const all = {
		server: 'https://127.0.0.1',
		namespace: 'default',
		services: [service()],
		revisionsOf: () => [revision(1), revision(2)],
		...has,
	};
	return settleDeeds([deed(of)], all, at + later);
};

const waiting: unknown = [];
const ends = (how: string): unknown => [expect.objectContaining({id: 'd-1', how})];

describe('a deletion of a service', () => {
	it('was made when it is gone, going, or another one', () => {
		expect(settle({}, {services: []})).toEqual(ends('made'));
		expect(settle({}, {services: [service({uid: 'another'})]})).toEqual(ends('made'));
		expect(settle({}, {services: [service({deletionTimestamp: '2026-01-02T03:04:06Z'})]})).toEqual(
			ends('made'),
		);
	});

	it('that is still there may be on its way for a minute, and was not made after that', () => {
		expect(settle({}, {})).toEqual(waiting);
		expect(settle({}, {later: 61_000})).toEqual(ends('not made'));
	});

	it('is left alone while the services are not known, elsewhere, and once it has an end', () => {
		expect(settle({}, {services: undefined})).toEqual(waiting);
		expect(settle({}, {services: [], namespace: 'other'})).toEqual(waiting);
		expect(settle({}, {services: [], server: 'https://other'})).toEqual(waiting);
		expect(settle({end: {how: 'made', sentence: ''}}, {services: []})).toEqual(waiting);
	});
});

describe('a deletion of a revision', () => {
	const of = {what: 'delete revision', object: revisionName(2), uid: revision(2).uid} as const;

	it('was made when it is gone, with its service or alone', () => {
		expect(settle(of, {revisionsOf: () => [revision(1)]})).toEqual(ends('made'));
		expect(settle(of, {services: []})).toEqual(ends('made'));
	});

	it('is not known while the revisions are not, and not made when it stays', () => {
		expect(settle(of, {revisionsOf: () => undefined, later: 61_000})).toEqual(waiting);
		expect(settle(of, {})).toEqual(waiting);
		expect(settle(of, {later: 61_000})).toEqual(ends('not made'));
	});
});

describe('a creation', () => {
	const of = {what: 'create service', uid: ''} as const;

	it('was made when there is one that is as old as the request, whoever the server says it is by', () => {
		expect(settle(of, {})).toEqual([{id: 'd-1', how: 'made', sentence: `${name} is there, made by alice.`}]);
		expect(settle({...of, by: 'jane'}, {})).toEqual(ends('made'));
		expect(settle(of, {services: [service({creationTimestamp: '2026-01-02T09:00:00Z'})]})).toEqual(
			ends('not known'),
		);
		expect(settle(of, {services: [service({creationTimestamp: '2025-12-31T00:00:00Z'})]})).toEqual(
			ends('not made'),
		);
	});

	it('of which nothing is there may be on its way for a minute, and cannot be told after that', () => {
		expect(settle(of, {services: []})).toEqual(waiting);
		expect(settle(of, {services: [], later: 61_000})).toEqual(ends('not known'));
	});
});
