/**
 * An API server for one thing: to send more events than the sandbox could make. It takes the services and revisions of a
 * sandbox, serves them in pages, and changes them as fast as it is told to; what it says last of each is what a client
 * must show in the end. Started by `startStormServer`; does as it is told over the channel of its parent process.
 */
import {fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type ServerResponse} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {Agent, request} from 'undici';
import {accessOf} from './kubeconfig.ts';

type Kind = 'services' | 'revisions';
type Item = {
	metadata: {name: string; resourceVersion: string; labels: Record<string, string>};
	status: {actualReplicas?: number; desiredReplicas?: number};
};
type Order = {perSecond: number; seconds: number} | {pods: string};
type Report = {sent: number; watches: number; lists: number; milliseconds: number};

const serviceLabel = 'serving.knative.dev/service';
const base = '/apis/serving.knative.dev/v1/namespaces/default/';

export type StormServer = {
	kubeconfig: string;
	/** Changes one object after the other, nine revisions to a service; resolves when the last event is sent. */
	storm(perSecond: number, seconds: number): Promise<Report>;
	/** How many pods each revision of a service was last said to have, newest first. */
	pods(service: string): Promise<number[]>;
	stop(): void;
};

/** @param source Kubeconfig of the sandbox whose objects are served. */
export async function startStormServer(source: string): Promise<StormServer> {
	const child = fork(fileURLToPath(import.meta.url), [source], {stdio: 'inherit'});
	const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-bench-'));
	const [server] = await once(child, 'message');
	const kubeconfig = path.join(folder, 'kubeconfig');
	writeFileSync(
		kubeconfig,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			clusters: [{name: 'storm', cluster: {server}}],
			users: [{name: 'storm', user: {}}],
			contexts: [{name: 'storm', context: {cluster: 'storm', user: 'storm', namespace: 'default'}}],
			'current-context': 'storm',
		}),
		{mode: 0o600},
	);
	const ask = async (order: Order) => {
		child.send(order);
		const [answer] = await once(child, 'message');
		return answer;
	};
	return {
		kubeconfig,
		storm: async (perSecond, seconds) => ask({perSecond, seconds}),
		pods: async service => ask({pods: service}),
		stop() {
			child.kill();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

async function itemsOf(source: string): Promise<Record<Kind, Item[]>> {
	const {server, ca, token} = accessOf(source);
	const dispatcher = new Agent({connect: {ca}});
	const headers = {authorization: `Bearer ${token}`};
	const list = async (kind: Kind): Promise<Item[]> => {
		const {body} = await request(server + base + kind, {dispatcher, headers});
		return JSON.parse(await body.text()).items;
	};
	const [services, revisions] = await Promise.all([list('services'), list('revisions')]);
	await dispatcher.close();
	return {services, revisions};
}

async function serve(source: string): Promise<void> {
	const items = await itemsOf(source);
	const watchers: Record<Kind, Set<ServerResponse>> = {services: new Set(), revisions: new Set()};
	const counts = {watches: 0, lists: 0};
	// Above all versions that the objects have.
	let version = 1_000_000;

	const server = createServer((incoming, response) => {
		incoming.resume();
		const url = new URL(incoming.url ?? '/', 'http://storm');
		const {searchParams: query} = url;
		const kind =
			url.pathname === `${base}services`
				? 'services'
				: url.pathname === `${base}revisions`
					? 'revisions'
					: undefined;
		const json = (code: number, body: unknown) => {
			response.writeHead(code, {'content-type': 'application/json'});
			response.end(JSON.stringify(body));
		};
		if (url.pathname.endsWith('/selfsubjectaccessreviews')) return json(201, {status: {allowed: true}});
		if (kind === undefined) {
			return json(404, {kind: 'Status', status: 'Failure', message: 'not found', code: 404});
		}
		if (query.get('watch') === '1') {
			counts.watches++;
			response.writeHead(200, {'content-type': 'application/json'});
			response.flushHeaders();
			watchers[kind].add(response);
			response.on('close', () => watchers[kind].delete(response));
			return;
		}
		counts.lists++;
		const from = Number(query.get('continue') ?? 0);
		const service = query.get('labelSelector')?.replace(`${serviceLabel}=`, '');
		const found =
			service === undefined
				? items[kind]
				: items[kind].filter(item => item.metadata.labels[serviceLabel] === service);
		const limit = Number(query.get('limit') ?? 0) || found.length;
		const isMore = from + limit < found.length;
		json(200, {
			kind: 'List',
			metadata: {resourceVersion: String(version), ...(isMore && {continue: String(from + limit)})},
			items: found.slice(from, from + limit),
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the storm has no port');

	const turns = {services: 0, revisions: 0};
	const change = (tick: number): void => {
		const kind = tick % 10 === 0 ? 'services' : 'revisions';
		const item = items[kind][turns[kind]++ % items[kind].length]!;
		item.metadata.resourceVersion = String(++version);
		if (kind === 'revisions') item.status.actualReplicas = item.status.desiredReplicas = 1 + (tick % 997);
		const line = `${JSON.stringify({type: 'MODIFIED', object: item})}\n`;
		for (const watcher of watchers[kind]) watcher.write(line);
	};
	const storm = async ({perSecond, seconds}: {perSecond: number; seconds: number}): Promise<Report> => {
		const begun = performance.now();
		const all = perSecond * seconds;
		let sent = 0;
		while (sent < all) {
			const due = Math.min(all, Math.floor(((performance.now() - begun) / 1000) * perSecond));
			while (sent < due) change(sent++);
			await new Promise(resolve => {
				setTimeout(resolve, 5);
			});
		}
		return {sent, ...counts, milliseconds: performance.now() - begun};
	};
	process.on('message', (order: Order) => {
		if ('pods' in order) {
			const own = items.revisions.filter(({metadata}) => metadata.labels[serviceLabel] === order.pods);
			process.send?.(own.map(({status}) => status.actualReplicas).toReversed());
		} else void storm(order).then(report => process.send?.(report));
	});
	process.send?.(`http://127.0.0.1:${address.port}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(process.argv[2] ?? '');
