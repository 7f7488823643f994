import {describe, expect, test} from 'vitest';
import {concerns, parseEvent} from '../../../source/knative/objects/event.js';

const old = {
	metadata: {
		name: 'cart.17',
		namespace: 'default',
		resourceVersion: '812',
		creationTimestamp: '2026-11-23T07:00:00Z',
	},
	involvedObject: {kind: 'Pod', name: 'cart-00002-deployment-5d8f-x7k2p'},
	type: 'Warning',
	reason: 'BackOff',
	message: 'Back-off restarting failed container',
	firstTimestamp: '2026-11-23T07:00:00Z',
	lastTimestamp: '2026-11-23T07:05:00Z',
	eventTime: null,
	count: 7,
};

function read(object: unknown) {
	const parsed = parseEvent(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

describe('an event', () => {
	test('of the old style has its own count and time', () => {
		expect(read(old)).toEqual({
			name: 'cart.17',
			isWarning: true,
			reason: 'BackOff',
			message: 'Back-off restarting failed container',
			kind: 'Pod',
			about: 'cart-00002-deployment-5d8f-x7k2p',
			count: 7,
			last: Date.parse('2026-11-23T07:05:00Z'),
			version: 812,
		});
	});

	test('of the new style has those of its series, or the time it happened', () => {
		const fresh = {...old, firstTimestamp: null, lastTimestamp: null, count: undefined, type: 'Normal'};
		const series = {count: 3, lastObservedTime: '2026-11-23T07:06:00.123456Z'};
		expect(read({...fresh, series})).toMatchObject({
			count: 3,
			last: Date.parse('2026-11-23T07:06:00.123Z'),
			isWarning: false,
		});
		expect(read({...fresh, eventTime: '2026-11-23T07:04:00.000001Z'})).toMatchObject({
			count: 1,
			last: Date.parse('2026-11-23T07:04:00Z'),
		});
		expect(read(fresh).last).toBe(Date.parse('2026-11-23T07:00:00Z'));
	});

	test('happened at least once, and without any time when it was made', () => {
		const {creationTimestamp, ...timeless} = old.metadata;
		const bare = {...old, firstTimestamp: null, lastTimestamp: null};
		expect(read({...bare, count: 0}).count).toBe(1);
		expect(read({...bare, firstTimestamp: '2026-11-23T06:00:00Z'}).last).toBe(
			Date.parse('2026-11-23T06:00:00Z'),
		);
		expect(read(bare).last).toBe(Date.parse(creationTimestamp));
		expect(read({...bare, metadata: timeless}).last).toBeUndefined();
	});

	test('has no order among others where its version is no number', () => {
		expect(read({...old, metadata: {...old.metadata, resourceVersion: 'abc'}}).version).toBe(0);
	});

	test('cannot act on a terminal', () => {
		expect(read({...old, message: '\u001B[2Jgone', reason: '\u0007'})).toMatchObject({
			message: '␛[2Jgone',
			reason: '␇',
		});
	});

	test('that is none is refused with a reason', () => {
		expect(parseEvent({metadata: {name: 'x'}})).toMatchObject({
			ok: false,
			reason: expect.stringContaining('involvedObject'),
		});
	});
});

const about = (kind: string, name: string) => ({kind, about: name});

describe('an event concerns', () => {
	const revisions = new Set(['cart-blue']);
	const service = {kind: 'service', name: 'cart'} as const;
	const revision = {kind: 'revision', name: 'cart-00002'} as const;

	test.each([
		['Service', 'cart'],
		['Configuration', 'cart'],
		['Route', 'cart'],
		['Revision', 'cart-00002'],
		['Revision', 'cart-blue'],
		['PodAutoscaler', 'cart-00002'],
		['Deployment', 'cart-00002-deployment'],
		['ReplicaSet', 'cart-00002-deployment-5d8f'],
		['Pod', 'cart-00002-deployment-5d8f-x7k2p'],
		['Pod', 'cart-blue-deployment-5d8f-x7k2p'],
	])('the service: %s %s', (kind, name) => {
		expect(concerns(service, about(kind, name), revisions)).toBe(true);
	});

	test.each([
		['Service', 'cart-api'],
		['Pod', 'cart'],
		['Revision', 'cart-api-00001'],
		['Pod', 'cart-api-00001-deployment-5d8f-x7k2p'],
		['Revision', 'cart-green'],
		['Revision', 'cart-000020'],
		['Pod', 'other-00002-deployment-5d8f-x7k2p'],
	])('not the service: %s %s', (kind, name) => {
		expect(concerns(service, about(kind, name), revisions)).toBe(false);
	});

	test('one revision and its pods only', () => {
		expect(concerns(revision, about('Revision', 'cart-00002'), revisions)).toBe(true);
		expect(concerns(revision, about('Pod', 'cart-00002-deployment-5d8f-x7k2p'), revisions)).toBe(true);
		expect(concerns(revision, about('Pod', 'cart-00001-deployment-5d8f-x7k2p'), revisions)).toBe(false);
		expect(concerns(revision, about('Service', 'cart'), revisions)).toBe(false);
	});
});
