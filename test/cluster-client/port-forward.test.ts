/** A port-forward to the gateway of the sandbox, over TLS: HTTP and gRPC through it, and what becomes of it when something goes wrong. */
import {once} from 'node:events';
import {Agent, request as httpRequest, type IncomingMessage} from 'node:http';
import {connect as connectTo} from 'node:net';
import {text} from 'node:stream/consumers';
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import type {Cluster} from '../../source/cluster/cluster.js';
import {connect} from '../../source/cluster/connect.js';
import {findGateway} from '../../source/cluster/gateway.js';
import {corePath} from '../../source/cluster/paths.js';
import {openPortForward, type ForwardState} from '../../source/cluster/port-forward.js';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';

const kourier = {namespace: 'kourier-system', name: 'kourier', port: 80};
const host = 'checkout.default.example.com';

let sandbox: Sandbox;
let cluster: Cluster;

beforeEach(async () => {
	sandbox = await startSandbox({pace: Number.POSITIVE_INFINITY});
	await sandbox.gatewayFaults.set({service: 'ClusterIP'});
	cluster = await connect({kubeconfigText: sandbox.kubeconfig});
});

afterEach(async () => {
	await cluster.close();
	await sandbox.stop();
});

async function forward(options: Parameters<typeof openPortForward>[2] = {}, to = cluster) {
	const states: ForwardState[] = [];
	const opened = await openPortForward(to, kourier, {
		onState: state => states.push(state),
		...options,
	});
	onTestFinished(() => opened.close());
	return {...opened, opened, states};
}

async function ask(port: number, agent?: Agent): Promise<{status: number; body: string}> {
	const request = httpRequest({host: '127.0.0.1', port, headers: {host}, ...(agent && {agent})});
	const answered = once(request, 'response');
	request.end();
	const [response]: IncomingMessage[] = await answered;
	return {status: response!.statusCode ?? 0, body: await text(response!)};
}

describe('a gateway without an address outside', () => {
	it('is found as one that a port-forward leads to', async () => {
		expect(await findGateway(cluster)).toEqual({
			kind: 'inside',
			via: 'kourier',
			service: kourier,
			tls: false,
		});
	});

	it('answers through it', async () => {
		const {port, states} = await forward();
		expect(states).toEqual([]);
		expect(await ask(port)).toMatchObject({status: 200});
		expect(states.map(({kind}) => kind)).toEqual(['opening', 'open']);
		const pods = await cluster.request({method: 'GET', path: corePath('pods', 'kourier-system')});
		expect(pods.status).toBe(200);
	});
});
void connectTo;
