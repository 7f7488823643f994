/** What begins and ends with the watch of a namespace, or of all that the operator may see. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {startSession, type Session} from '../../../source/console/session/session.js';
import {selectionOf} from '../../../source/console/state/selection.js';
import {createConsoleStore, type ConsoleStore} from '../../../source/console/state/state.js';
import {cluster, server, timers, withCluster} from '../../kube/answered-cluster.js';
import {knativeService, serviceView} from '../../knative/objects.js';
import {status, type Exchange} from '../../support/kube/api-server.js';
import {eventually} from '../../support/eventually.js';
import {until} from '../../support/world.js';

withCluster();

let store: ConsoleStore;
let session: Session | undefined;
/** Namespaces whose services may be listed; `*` is all at once. */
let visible: Set<string>;
/** Answers lists of services and revisions of a namespace. */
let lists: (exchange: Exchange) => void;

const at = {host: '127.0.0.1', port: 80, tls: false, via: 'test'};
const none = ({answer}: Exchange) => answer(200, {kind: 'List', metadata: {resourceVersion: '1'}, items: []});

beforeEach(() => {
	store = createConsoleStore({to: 'test', namespace: 'default'});
	visible = new Set(['default']);
	lists = none;
	server.always(exchange => {
		const {path, query, body, answer} = exchange;
		if (path.endsWith('/selfsubjectaccessreviews')) {
			const namespace = JSON.stringify(body).match(/"namespace":"([^"]+)"/)?.[1] ?? '*';
			return answer(201, {status: {allowed: visible.has(namespace)}});
		}
		if (query.get('watch') === '1') return void exchange.stream();
		if (/serving\.knative\.dev\/v1\/(.*\/)?(services|revisions)$/.test(path)) return lists(exchange);
		if (path === '/api/v1/namespaces') return answer(403, status(403, 'Forbidden', 'you may not'));
		answer(404, status(404, 'NotFound', 'not found'));
	});
});

afterEach(() => session?.stop());

function start(namespace: string, options: Partial<Parameters<typeof startSession>[1]> = {}): void {
	session?.stop();
	session = startSession(store, {cluster, namespace, gateway: at, interval: () => 0, timers, ...options});
}

const across = {known: async () => ['shop', 'bank', 'closed']};
const service = serviceView();

describe('what was selected', () => {
	beforeEach(() => store.setState({selected: selectionOf(service)}));

	it('stays where its namespace is shown next, and is not deleted because it is not told of yet', () => {
		start('default');
		expect(store.getState().selected).toMatchObject({name: service.name, uid: service.uid, wasSeen: false});
	});

	it('does not where another one is', () => {
		start('other');
		expect(store.getState().selected).toBeUndefined();
	});

	it('stays where all are, whichever one may go back to', () => {
		start('other', {across});
		expect(store.getState().selected).toMatchObject({name: service.name, wasSeen: false});
	});
});

describe('all namespaces', () => {
	it('are one list where that is allowed', async () => {
		visible.add('*');
		start('default', {across});
		await until(store, 'all', ({scope}) => scope.kind === 'all');
		await until(store, 'the services', ({feeds}) => feeds.services.kind === 'live');
		expect(server.log).toContain('GET /apis/serving.knative.dev/v1/services');
		expect(server.log.filter(line => line.includes('v1/namespaces/shop'))).toEqual([]);
	});

	it('are those that may be seen, and which they are is said', async () => {
		visible = new Set(['shop', 'bank']);
		start('default', {across});
		await until(store, 'the services', ({feeds}) => feeds.services.kind === 'live');
		const {scope, notice} = store.getState();
		expect(scope).toMatchObject({kind: 'some', names: ['bank', 'shop']});
		expect(notice).toMatchObject({
			tone: 'info',
			text: expect.stringMatching(
				/Shown: bank, shop, as in your kubeconfig\. :ns <namespace> goes to another\.$/,
			),
		});
		expect(server.log).not.toContain('GET /apis/serving.knative.dev/v1/services');
		expect(server.log.filter(line => line.includes('namespaces/closed/'))).toEqual([]);
	});

	it('are refused where none may be seen, in a sentence, and nothing is waited for', async () => {
		visible = new Set();
		start('default', {across});
		const {feeds} = await until(
			store,
			'the refusal',
			state => state.feeds.services.kind === 'forbidden' && state,
		);
		const why = expect.stringMatching(/^You may list neither .* :ns <namespace> goes to another\.$/);
		// It is of no namespace but of all.
		expect(store.getState().notice?.text).toEqual(why);
		expect(feeds.services).toMatchObject({kind: 'forbidden', status: 403});
		expect(feeds.revisions).toEqual(feeds.services);
	});

	it('are not followed when another namespace is shown by then', async () => {
		const known = Promise.withResolvers<readonly string[]>();
		visible.add('*');
		start('default', {across: {known: async () => known.promise}});
		start('default');
		known.resolve(['shop']);
		await until(store, 'the services', ({feeds}) => feeds.services.kind === 'live');
		expect(store.getState().scope).toEqual({kind: 'one'});
		expect(server.log).not.toContain('GET /apis/serving.knative.dev/v1/services');
	});
});

describe('the gateway', () => {
	it('is where the operator says, without services', async () => {
		start('default');
		await until(store, 'the gateway', ({gateway}) => gateway.kind === 'found');
		expect(store.getState().gateway).toMatchObject({host: '127.0.0.1', port: 80});
	});

	it('is looked for when there is a service to find one for, and not before', async () => {
		const first = Promise.withResolvers<Exchange>();
		lists = exchange => {
			if (exchange.path.endsWith('/services')) first.resolve(exchange);
			else none(exchange);
		};
		start('default', {gateway: undefined});
		const {answer} = await first.promise;
		expect(store.getState().gateway.kind).toBe('looking');
		answer(200, {kind: 'List', metadata: {resourceVersion: '1'}, items: [knativeService()]});
		await until(store, 'that there is none', ({gateway}) => gateway.kind === 'not found');
	});
});

describe('a namespace', () => {
	it('that is not there is said to be missing', async () => {
		start('default');
		await eventually(() => expect(store.getState().namespaceMissing).toBe(true));
	});

	it('begins with nothing of the one before', async () => {
		store.setState({
			services: [service],
			revisions: new Map([['default/helloworld-go', []]]),
			namespaceMissing: true,
			unreadable: {services: [{namespace: 'default', name: 'x', sentence: 'y'}], revisions: []},
		});
		start('other', {selector: 'team=shop'});
		expect(store.getState()).toMatchObject({
			namespace: 'other',
			scope: {kind: 'one'},
			services: [],
			namespaceMissing: false,
			unreadable: {services: [], revisions: []},
			selector: 'team=shop',
			feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}},
			gateway: {kind: 'looking'},
		});
		expect(store.getState().revisions.size).toBe(0);
	});

	it('tells of nothing any more when it was stopped', async () => {
		const arrived = Promise.withResolvers<Exchange>();
		lists = exchange => {
			if (exchange.path.endsWith('/services')) arrived.resolve(exchange);
			else none(exchange);
		};
		start('default');
		const {answer, closed} = await arrived.promise;
		session?.stop();
		answer(200, {kind: 'List', metadata: {resourceVersion: '1'}, items: [knativeService()]});
		await closed;
		await eventually(() => expect(store.getState().services).toEqual([]));
	});
});
