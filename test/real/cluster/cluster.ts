/** A real API server with Knative behind it, on loopback, for as long as somebody wants it. */
import {generateKeyPairSync, randomBytes} from 'node:crypto';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {buildBinaries, type Binaries} from './binaries.ts';
import {createClient, type Client} from './client.ts';
import {installKnative, installUsers, installWebhook, systemNamespace} from './manifests.ts';
import {contentsOf, lastLinesOf, startServer, type Server} from './server.ts';
import {unusedPort} from '../../support/ports.ts';

export type RealCluster = {
	/** Path; its contexts are `real`, `real-operator` and `real-viewer`, the first is the current one. */
	kubeconfig: string;
	server: string;
	/** As somebody who may do everything and is none of the three. */
	client: Client;
	/** An image whose tag can be resolved, and whose pods become ready. */
	image: string;
	/** What the API server was asked to write, one event a line (`audit.k8s.io/v1`). */
	auditLog: string;
	/** Where the servers' own logs are, until it stops. */
	directory: string;
	stop: () => Promise<void>;
};

/** Context of the kubeconfig, name and groups of each user. */
const users = [
	{context: 'real', name: 'real-admin', group: 'system:masters'},
	{context: 'real-operator', name: 'real-operator', group: ''},
	{context: 'real-viewer', name: 'real-viewer', group: ''},
] as const;

/** Who the controllers are, and who sets the cluster up: nobody that a test speaks as. */
const system = {context: 'system', name: 'system:real', group: 'system:masters'};

/** What of Kubernetes' controllers a Knative Service needs. */
const controllers = [
	'deployment-controller',
	'replicaset-controller',
	'endpoints-controller',
	'endpointslice-controller',
	'garbage-collector-controller',
	'namespace-controller',
	'serviceaccount-controller',
	'resourcequota-controller',
	'clusterrole-aggregation-controller',
];

/** Writes of Knative's objects, and what is asked about rights, with their bodies. */
const writesOfUsers = {
	apiVersion: 'audit.k8s.io/v1',
	kind: 'Policy',
	omitStages: ['RequestReceived'],
	rules: [
		{level: 'None', verbs: ['get', 'list', 'watch']},
		{level: 'None', users: [system.name]},
		{
			level: 'Request',
			resources: [{group: 'serving.knative.dev'}, {group: 'authorization.k8s.io'}],
		},
	],
};

/** Builds what has to be built, starts everything, and waits until a Service can be created. */
export async function startRealCluster(): Promise<RealCluster> {
	const binaries = await buildBinaries();
	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-real-'));
	const started: Server[] = [];
	const start = (name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
		const server = startServer({name, program, args, env, directory});
		started.push(server);
		return server;
	};
	const stop = async () => {
		// What was started last depends on what was started before it.
		for (const server of started.toReversed()) await server.stop();
		await rm(directory, {recursive: true, force: true});
	};
	try {
		const {kubeconfig, ofSystem, server, client} = await startKubernetes(binaries, directory, start);
		const registry = await startKnative(binaries, {ofSystem, client}, start);
		return {
			kubeconfig,
			server,
			client,
			image: `127.0.0.1:${registry}/samples/helloworld-go`,
			auditLog: path.join(directory, 'audit.log'),
			directory,
			async stop() {
				client.close();
				await stop();
			},
		};
	} catch (error) {
		const logs = await Promise.all(started.map(async ({name, log}) => `${name}: ${await lastLinesOf(log)}`));
		await stop();
		throw new Error(`The cluster did not start: ${String(error)}\n${logs.join('\n')}`, {cause: error});
	}
}

type Start = (name: string, program: string, args: readonly string[], env?: NodeJS.ProcessEnv) => Server;

async function startKubernetes({kubernetes}: Binaries, directory: string, start: Start) {
	const tokens = [...users, system].map(user => ({...user, token: randomBytes(16).toString('hex')}));
	const tokenFile = path.join(directory, 'tokens.csv');
	const lines = tokens.map(({token, name, group}) => `${token},${name},${name},"${group}"`);
	await writeFile(tokenFile, lines.join('\n'), {mode: 0o600});
	const keyFile = path.join(directory, 'service-accounts.key');
	const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
	await writeFile(keyFile, privateKey.export({type: 'pkcs1', format: 'pem'}), {mode: 0o600});
	const auditPolicy = path.join(directory, 'audit-policy.json');
	await writeFile(auditPolicy, JSON.stringify(writesOfUsers));
	const port = await unusedPort();
	const certificates = path.join(directory, 'certificates');
	start(
		'kube-apiserver',
		kubernetes,
		[
			'kube-apiserver',
			'--bind-address=127.0.0.1',
			`--secure-port=${port}`,
			// What it would be reached at from outside: by nobody, since it listens on loopback only.
			'--advertise-address=192.0.2.1',
			'--endpoint-reconciler-type=none',
			`--cert-dir=${certificates}`,
			`--token-auth-file=${tokenFile}`,
			'--authorization-mode=RBAC',
			'--service-cluster-ip-range=10.0.0.0/16',
			'--service-account-issuer=https://kubernetes.default.svc',
			`--service-account-key-file=${keyFile}`,
			`--service-account-signing-key-file=${keyFile}`,
			`--audit-policy-file=${auditPolicy}`,
			`--audit-log-path=${path.join(directory, 'audit.log')}`,
			'--audit-log-mode=blocking',
			// Pods have no token: nothing runs in them.
			'--disable-admission-plugins=ServiceAccount',
		],
		{ETCD_DIRECTORY: path.join(directory, 'etcd')},
	);
	const server = `https://127.0.0.1:${port}`;
	const ca = await contentsOf(path.join(certificates, 'apiserver.crt'));
	const client = createClient({server, ca, token: tokens.at(-1)?.token ?? ''});
	// Ready is also that the roles every cluster has are there.
	await client.until('GET', '/readyz', code => code === 200);
	const kubeconfig = path.join(directory, 'kubeconfig');
	await writeFile(kubeconfig, kubeconfigOf(server, ca, tokens.slice(0, -1)), {mode: 0o600});
	const ofSystem = path.join(directory, 'system.kubeconfig');
	await writeFile(ofSystem, kubeconfigOf(server, ca, tokens.slice(-1)), {mode: 0o600});
	return {kubeconfig, ofSystem, server, client};
}

async function startKnative(
	{kubernetes, controller, sourceOf}: Binaries,
	{ofSystem, client}: {ofSystem: string; client: Client},
	start: Start,
): Promise<number> {
	await installKnative(client, sourceOf);
	// After the definitions, so that its garbage collector knows them from the beginning.
	start('kube-controller-manager', kubernetes, [
		'kube-controller-manager',
		`--kubeconfig=${ofSystem}`,
		`--controllers=${controllers.join(',')}`,
		'--leader-elect=false',
		'--secure-port=0',
	]);
	await installUsers(
		client,
		users.map(({name}) => name),
	);
	const knative = start('knative', controller, [], {
		KUBECONFIG: ofSystem,
		SYSTEM_NAMESPACE: systemNamespace,
	});
	const registry = Number(await knative.says(/^registry (\d+)$/));
	const port = Number(await knative.says(/^webhook (\d+)$/));
	await knative.says(/^(started)$/);
	await installWebhook(client, sourceOf, port);
	const services = '/apis/serving.knative.dev/v1/namespaces/default/services?dryRun=All';
	// Its defaults are there once the webhook is asked, and that needs the certificate it makes.
	await client.until(
		'POST',
		services,
		(code, text) => code === 201 && text.includes('serving.knative.dev/creator'),
		{
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'first'},
			spec: {template: {spec: {containers: [{image: `127.0.0.1:${registry}/samples/helloworld-go`}]}}},
		},
	);
	await client.until('GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/view', (_, text) =>
		text.includes('serving.knative.dev'),
	);
	return registry;
}

function kubeconfigOf(
	server: string,
	ca: string,
	tokens: readonly {context: string; name: string; token: string}[],
): string {
	return JSON.stringify({
		apiVersion: 'v1',
		kind: 'Config',
		'current-context': tokens[0]?.context,
		clusters: [
			{name: 'real', cluster: {server, 'certificate-authority-data': Buffer.from(ca).toString('base64')}},
		],
		contexts: tokens.map(({context, name}) => ({
			name: context,
			context: {cluster: 'real', user: name, namespace: 'default'},
		})),
		users: tokens.map(({name, token}) => ({name, user: {token}})),
	});
}
