import {expect, test} from 'vitest';
import {mainContainer, parsePod} from '../../../source/knative/objects/pod.js';

const pod = {
	metadata: {name: 'cart-00002-deployment-5d8f-x7k2p', namespace: 'shop'},
	spec: {containers: [{name: 'user-container'}, {name: 'queue-proxy'}]},
	status: {
		containerStatuses: [
			{name: 'queue-proxy', restartCount: 0, state: {running: {startedAt: '2026-11-23T07:00:00Z'}}},
			{
				name: 'user-container',
				restartCount: 4,
				state: {waiting: {reason: 'CrashLoopBackOff', message: 'back-off 40s'}},
				lastState: {terminated: {exitCode: 1, reason: 'Error', message: 'starting\npanic: no database\n'}},
			},
		],
		conditions: [
			{type: 'Ready', status: 'False'},
			{type: 'PodScheduled', status: 'True'},
		],
	},
};

function read(object: unknown) {
	const parsed = parsePod(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

test('the containers are in the order of the spec, with what is known of each', () => {
	expect(read(pod)).toEqual({
		name: 'cart-00002-deployment-5d8f-x7k2p',
		deleting: false,
		isReady: false,
		unscheduled: undefined,
		containers: [
			{
				name: 'user-container',
				restarts: 4,
				state: 'waiting',
				reason: 'CrashLoopBackOff',
				message: 'back-off 40s',
				ended: {code: 1, reason: 'Error', lastLine: 'panic: no database'},
			},
			{name: 'queue-proxy', restarts: 0, state: 'running', reason: '', message: '', ended: undefined},
		],
	});
});

test('a pod that was made a moment ago has containers without a state', () => {
	expect(read({...pod, status: {}}).containers.map(({state}) => state)).toEqual(['unknown', 'unknown']);
});

test('the log that is wanted first is that of the operator, whatever the container is called', () => {
	expect(mainContainer(read(pod))?.name).toBe('user-container');
	const named = {...pod, spec: {containers: [{name: 'queue-proxy'}, {name: 'shop'}]}};
	expect(mainContainer(read(named))?.name).toBe('shop');
});

test('what is no pod is refused with a reason', () => {
	expect(parsePod({metadata: {}})).toMatchObject({ok: false, reason: expect.stringContaining('A pod')});
});
