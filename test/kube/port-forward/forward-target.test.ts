import {describe, expect, it} from 'vitest';
import {chooseTarget} from '../../../source/kube/port-forward/forward-target.js';

const name = {namespace: 'kourier-system', name: 'kourier', port: 80};

const service = (...ports: object[]) => ({spec: {selector: {app: 'gateway'}, ports}});

function pod(
	podName: string,
	{
		since = '2026-01-01T00:00:00Z',
		ready = 'True',
		phase = 'Running',
		deletionTimestamp,
		containers = [{ports: [{name: 'web', containerPort: 8080}]}],
		initContainers,
	}: {
		since?: string;
		ready?: string;
		phase?: string;
		deletionTimestamp?: string;
		containers?: object[];
		initContainers?: object[];
	} = {},
) {
	return {
		metadata: {name: podName, ...(deletionTimestamp !== undefined && {deletionTimestamp})},
		spec: {containers, ...(initContainers && {initContainers})},
		status: {
			phase,
			conditions: [
				{type: 'Initialized', status: 'True', lastTransitionTime: since},
				{type: 'Ready', status: ready, lastTransitionTime: since},
			],
		},
	};
}

const found = (podName: string, port: number) => ({
	kind: 'found',
	pod: {namespace: 'kourier-system', name: podName},
	port,
});
const sentence = (why: string) => ({
	kind: 'none',
	isGone: false,
	sentence: `Service kourier-system/kourier: ${why}`,
});

describe('the pod of a port-forward', () => {
	const byNumber = service({port: 80, targetPort: 8080});

	it('is the one that has been ready longest', () => {
		const pods = [
			pod('new', {since: '2026-03-01T00:00:00Z'}),
			pod('old', {since: '2026-01-01T00:00:00Z'}),
			pod('middle', {since: '2026-02-01T00:00:00Z'}),
		];
		expect(chooseTarget(byNumber, pods, name)).toEqual(found('old', 8080));
	});

	it.each([
		['not ready', {ready: 'False'}],
		['of unknown state', {ready: 'Unknown'}],
		['on its way out', {deletionTimestamp: '2026-03-01T00:00:00Z'}],
		['over', {phase: 'Succeeded'}],
	])('is none that is %s', (_state, state) => {
		expect(chooseTarget(byNumber, [pod('one', state), pod('two')], name)).toEqual(found('two', 8080));
		expect(chooseTarget(byNumber, [pod('one', state)], name)).toEqual(
			sentence('of its pods (1) none is ready'),
		);
	});

	it('is missing when there is no pod, or none that can be read', () => {
		expect(chooseTarget(byNumber, [], name)).toEqual(sentence('it has no pod'));
		expect(chooseTarget(byNumber, [null, 'pod', {metadata: {}}], name)).toEqual(
			sentence('of its pods (3) none is ready'),
		);
	});
});

describe('the port of a port-forward', () => {
	it.each([
		['the number that the Service names', {port: 80, targetPort: 8080}, 8080],
		['that of the container, by its name', {port: 80, targetPort: 'web'}, 8080],
		['that of the Service itself when it names none', {port: 80}, 80],
	])('is %s', (_which, port, expected) => {
		expect(chooseTarget(service({port: 443, targetPort: 8443}, port), [pod('one')], name)).toEqual(
			found('one', expected),
		);
	});

	it('is looked for by its name in all containers, over TCP, sidecars included', () => {
		const containers = [
			{ports: null},
			{ports: [{name: 'web', containerPort: 9999, protocol: 'UDP'}]},
			{ports: [{name: 'other', containerPort: 1}]},
		];
		const initContainers = [{ports: [{name: 'web', containerPort: 8081, protocol: 'TCP'}]}];
		expect(
			chooseTarget(service({port: 80, targetPort: 'web'}), [pod('one', {containers, initContainers})], name),
		).toEqual(found('one', 8081));
	});

	it('is that of a pod that has one of the name, when another has none', () => {
		const pods = [pod('a-without', {containers: [{}]}), pod('b-with')];
		expect(chooseTarget(service({port: 80, targetPort: 'web'}), pods, name)).toEqual(found('b-with', 8080));
	});

	it.each([
		['no such port', service({port: 8080}), 'it has no port 80 over TCP'],
		['it over UDP only', service({port: 80, protocol: 'UDP'}), 'it has no port 80 over TCP'],
		['nothing that can be read', {spec: 'none'}, 'it has no port 80 over TCP'],
		['a name that no pod has', service({port: 80, targetPort: 'a'}), 'its pods have no port called "a"'],
	])('is missing when the Service has %s', (_what, given, why) => {
		expect(chooseTarget(given, [pod('one')], name)).toEqual(sentence(why));
	});

	it('has a name that is made printable before it is said', () => {
		const chosen = chooseTarget(service({port: 80, targetPort: 'a\u001B[31m'}), [pod('one')], name);
		expect(JSON.stringify(chosen)).toContain('its pods have no port called');
		expect(JSON.stringify(chosen)).not.toMatch(/\\u001b/i);
	});
});
