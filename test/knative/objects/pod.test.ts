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

test('a container that ended says how, before what it said when it ended the last time', () => {
	const terminated = {exitCode: 137, reason: 'OOMKilled', message: 'too much\n'};
	const [container] = read({
		...pod,
		status: {
			containerStatuses: [
				{
					name: 'user-container',
					state: {terminated},
					lastState: {terminated: {exitCode: 1, reason: 'Error'}},
				},
			],
		},
	}).containers;
	expect(container).toEqual({
		name: 'user-container',
		restarts: 0,
		state: 'terminated',
		reason: 'OOMKilled',
		message: '',
		ended: {code: 137, reason: 'OOMKilled', lastLine: 'too much'},
	});
});

test('a container that ended and left nothing has no last line', () => {
	const status = {containerStatuses: [{name: 'user-container', state: {terminated: {reason: 'Completed'}}}]};
	expect(read({...pod, status}).containers[0]?.ended).toEqual({code: 0, reason: 'Completed', lastLine: ''});
});

test('a pod is ready when its condition says so, and unscheduled while no node takes it', () => {
	const message = '0/3 nodes are available';
	const status = {
		conditions: [
			{type: 'PodScheduled', status: 'False', message},
			{type: 'Ready', status: 'True'},
		],
	};
	expect(read({...pod, status})).toMatchObject({isReady: true, unscheduled: message});
	expect(read({...pod, status: {conditions: [{type: 'Initialized', status: 'True'}]}})).toMatchObject({
		isReady: false,
		unscheduled: undefined,
	});
});

test('a pod that is being deleted is one', () => {
	const deletionTimestamp = '2026-11-23T07:00:00Z';
	expect(read({...pod, metadata: {...pod.metadata, deletionTimestamp}}).deleting).toBe(true);
});

test('the log that is wanted first is that of the operator, whatever the container is called', () => {
	expect(mainContainer(read(pod))?.name).toBe('user-container');
	const named = {...pod, spec: {containers: [{name: 'queue-proxy'}, {name: 'shop'}]}};
	expect(mainContainer(read(named))?.name).toBe('shop');
	const several = {...pod, spec: {containers: [{name: 'shop'}, {name: 'queue-proxy'}, {name: 'sidecar'}]}};
	expect(mainContainer(read(several))?.name).toBe('shop');
	const alone = {...pod, spec: {containers: [{name: 'queue-proxy'}]}};
	expect(mainContainer(read(alone))?.name).toBe('queue-proxy');
});

test('what is no pod is refused with a reason', () => {
	expect(parsePod({metadata: {}})).toMatchObject({ok: false, reason: expect.stringContaining('A pod')});
});
