/** Lists that never end, or are longer than anybody could look through: bounded, and said in words. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {getServices} from '../../source/headless/read/get.js';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {listAll} from '../../source/kube/list.js';
import {listNamespaces} from '../../source/kube/namespaces.js';
import {servingPath} from '../../source/kube/paths.js';
import {reflect, type ReflectorState} from '../../source/kube/watch/reflector.js';
import {startApiServer, type ApiServer} from '../support/kube/api-server.js';

const path = servingPath('services', 'default');

let server: ApiServer;
let cluster: Cluster;
let asked: number;

beforeEach(async () => {
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig()});
	asked = 0;
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

const item = (index: number) => ({
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name: `a-${index}`, uid: `u-${index}`, resourceVersion: '1'},
});

const kinds = {
	'a list that never ends, of pages with nothing on them': {
		page: () => ({continue: `token-${asked}`, items: []}),
		/** Pages after which it is given up. */
		most: 402,
		why: /page after page of a list without an end/,
	},
	'a list that goes round in circles': {
		page: () => ({continue: 'again', items: [item(asked)]}),
		most: 2,
		why: /page after page of a list without an end/,
	},
	'a list of 150,000 in pages': {
		page: () => ({
			continue: asked < 600 ? `token-${asked}` : '',
			items: Array.from({length: 250}, (_, index) => item(250 * asked + index)),
		}),
		most: 401,
		why: /more than 100,000 objects/,
	},
	'a list of 150,000 at once': {
		page: () => ({continue: '', items: Array.from({length: 150_000}, (_, index) => item(index))}),
		most: 1,
		why: /more than 100,000 objects/,
	},
} as const;

const readers: Readonly<Record<string, () => Promise<string>>> = {
	'by a console': async () => {
		const {promise, resolve} = Promise.withResolvers<string>();
		const onState = (state: ReflectorState) => {
			if ('why' in state) resolve(state.why);
		};
		const reflector = reflect(cluster, {path}, {onChange() {}, onState});
		const why = await promise;
		reflector.stop();
		await reflector.done;
		return why;
	},
	'of namespaces': async () => {
		const found = await listNamespaces(cluster);
		return found.kind === 'unlisted' ? found.sentence : 'listed';
	},
	'by get': async () => {
		let said = '';
		const code = await getServices(
			cluster,
			{
				names: [],
				namespace: 'default',
				allNamespaces: false,
				selector: undefined,
				watch: false,
				format: {kind: 'table'},
			},
			{stdout: {write: () => true}, stderr: {write: text => (said += text)}},
		);
		return `${code}: ${said}`;
	},
	'of what may be done without': async () => {
		const items = await listAll(cluster, path, {}, new AbortController().signal);
		return items === undefined
			? 'more than 100,000 objects, or page after page of a list without an end'
			: 'read';
	},
};

describe.each(Object.entries(kinds))('%s', (_, {page, most, why}) => {
	it.each(Object.entries(readers))('is given up %s, in words', async (_reader, read) => {
		server.always(exchange => {
			asked += 1;
			const {items, ...metadata} = page();
			exchange.answer(200, {kind: 'List', metadata: {resourceVersion: '1', ...metadata}, items});
		});
		expect(await read()).toMatch(why);
		expect(asked).toBeLessThanOrEqual(most);
	});
});
