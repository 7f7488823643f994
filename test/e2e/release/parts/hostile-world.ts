/** A cluster, a gateway, a kubeconfig and a history that say every control character there is, wherever they say something. */
import {createServer} from 'node:http';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {status, type Exchange} from '../../../support/kube/api-server.js';
import {answerCall, endCall, startGrpcGateway} from '../../../support/gateway/grpc-gateway.js';
import {hostile, percentEncoded} from '../../../support/hostile.js';
import {startScriptedCluster} from '../../../support/kube/scripted-cluster.js';

/** Of the service. */
export const name = 'helloworld-go';

/** A field of Protocol Buffers with a length. */
function field(id: number, content: Buffer): Buffer {
	const length: number[] = [];
	for (let left = content.length; length.length === 0 || left > 0; left >>= 7) {
		length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	}
	return Buffer.concat([Buffer.from([(id << 3) | 2, ...length]), content]);
}

const pod = {
	apiVersion: 'v1',
	kind: 'Pod',
	metadata: {
		name: 'helloworld-go-00002-pod',
		namespace: 'default',
		uid: 'p-1',
		resourceVersion: '1',
		creationTimestamp: '2026-01-02T03:04:05Z',
		labels: {'serving.knative.dev/revision': 'helloworld-go-00002'},
	},
	spec: {containers: [{name: 'user-container'}, {name: `queue-proxy${hostile}`}]},
	status: {
		conditions: [{type: 'PodScheduled', status: 'False', reason: hostile, message: hostile}],
		containerStatuses: [
			{
				name: 'user-container',
				restartCount: 3,
				state: {waiting: {reason: `CrashLoopBackOff${hostile}`, message: hostile}},
				lastState: {terminated: {exitCode: 1, reason: hostile, message: `${hostile}\n${hostile}`}},
			},
		],
	},
};

const event = {
	apiVersion: 'v1',
	kind: 'Event',
	metadata: {name: 'e-1', namespace: 'default', uid: 'e-1', resourceVersion: '1'},
	type: `Warning${hostile}`,
	reason: `Reason${hostile}`,
	message: `Message${hostile}`,
	involvedObject: {kind: 'Service', name, namespace: 'default'},
	source: {component: hostile},
	count: 1,
	lastTimestamp: '2026-01-02T03:04:05Z',
};

const list = (...items: object[]) => ({kind: 'List', metadata: {resourceVersion: '1'}, items});

/** Pods, their logs, events and namespaces. */
function answerOther(exchange: Exchange): void {
	const {path: at, query} = exchange;
	if (query.get('watch') === '1') {
		exchange.stream();
		return;
	}
	if (at.endsWith('/log')) return exchange.stream().raw(`2026-01-02T03:04:05.1Z Log${hostile}\n`);
	if (at.endsWith('/pods')) return exchange.answer(200, list(pod));
	if (at.endsWith('/events')) return exchange.answer(200, list(event));
	if (at.endsWith('/namespaces')) {
		const metadata = {name: `ns${hostile}`, uid: 'n-1', resourceVersion: '1'};
		return exchange.answer(200, list({kind: 'Namespace', metadata}));
	}
	exchange.answer(404, status(404, 'NotFound', `none ${hostile}`), {warning: `299 - "${percentEncoded}"`});
}

export type HostileWorld = Awaited<ReturnType<typeof startHostileWorld>>;

export async function startHostileWorld() {
	const scripted = await startScriptedCluster({protocol: 'https'});
	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-controls-'));
	const {service} = scripted;
	const said = {type: 'Ready', status: 'False' as const, reason: `R${hostile}`, message: `M${hostile}`};
	Object.assign(service.metadata, {
		annotations: {
			'serving.knative.dev/lastModifier': `who${hostile}`,
			'serving.knative.dev/creator': hostile,
			'serving.knative.dev/rollout-duration': hostile,
		},
		labels: {'argocd.argoproj.io/instance': hostile},
	});
	// The route is settled, so that nothing waits for it.
	const routed = {...said, type: 'RoutesReady', status: 'True' as const};
	service.status = {...service.status, conditions: [said, routed]};
	scripted.onOther(answerOther);
	scripted.onDryRun(exchange => exchange.answer(403, status(403, 'Forbidden', `no ${hostile}`)));
	const server = createServer((_, response) => {
		response.setHeader('x-envoy', 'x');
		response.end(`${hostile}\nsecond${hostile}`);
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const grpc = {
		message: await startGrpcGateway(stream => endCall(stream, {status: 13, message: percentEncoded})),
		// ErrorResponse, field 7 of a response of the reflection protocol: an error_message in field 2.
		reflection: await startGrpcGateway(stream =>
			answerCall(stream, field(7, field(2, Buffer.from(hostile)))),
		),
		// FileDescriptorResponse, field 4: a file that is none, with a name, a package and a type.
		types: await startGrpcGateway(stream =>
			answerCall(
				stream,
				field(4, field(1, Buffer.concat([1, 2, 3, 4].map(id => field(id, Buffer.from(hostile)))))),
			),
		),
	};
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
	const gateway = `127.0.0.1:${address.port}`;
	const kubeconfig = path.join(directory, 'config');
	const warner = path.join(directory, 'warner.cjs');
	await writeFile(
		warner,
		`setInterval(() => process.emitWarning(${JSON.stringify(`Warned${hostile}`)}, {code: ${JSON.stringify(hostile)}}), 20).unref();`,
	);
	const config: unknown = JSON.parse(scripted.server.kubeconfig());
	await writeFile(
		kubeconfig,
		JSON.stringify(config).replaceAll('test-user', JSON.stringify(`user${hostile}`).slice(1, -1)),
	);
	await mkdir(path.join(directory, 'kn-canary'));
	const split = [{key: `k${hostile}`, percent: 100, tags: [hostile]}];
	const entry = {
		at: 1,
		server: hostile,
		context: hostile,
		namespace: 'default',
		service: name,
		uid: service.metadata.uid,
		generation: 3,
		by: hostile,
		own: false,
		reason: hostile,
		before: split,
		after: split,
		command: hostile,
	};
	await writeFile(
		path.join(directory, 'kn-canary', 'history.jsonl'),
		`${JSON.stringify(entry)}\n${JSON.stringify({attempt: 'a', of: {...entry, generation: 1}})}\n`,
	);
	return {
		scripted,
		directory,
		kubeconfig,
		gateway,
		grpc,
		/** Has Node warn of something from outside, again and again. */
		warner,
		environment: {...process.env, XDG_STATE_HOME: directory, KUBECONFIG: ''},
		async stop() {
			server.close();
			await scripted.server.close();
			await rm(directory, {recursive: true, force: true});
		},
	};
}
