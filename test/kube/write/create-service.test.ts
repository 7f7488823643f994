/** What is said of a Service that was to be created, whatever is answered. */
import {describe, expect, it} from 'vitest';
import {createService, type WriteOutcome} from '../../../source/kube/write/write.js';
import {status, type Exchange} from '../../support/kube/api-server.js';
import {cluster, server} from '../answered-cluster.js';
import {base, notFound, onSent, path, service, withApiServer} from './hello-service.js';

const manifest = {
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name: 'hello', namespace: 'default'},
	spec: {template: {spec: {containers: [{image: 'registry.example.com/hello:1'}]}}},
};
const stored = (image = 'registry.example.com/hello:1', name = 'hello') => ({
	...manifest,
	metadata: {name, namespace: 'default', uid: 'u-1', generation: 1},
	spec: {template: {spec: {containers: [{image, name: 'user-container'}]}}},
});

withApiServer();

async function after(...doings: ((exchange: Exchange) => void)[]): Promise<WriteOutcome> {
	const outcome = createService(cluster, manifest);
	for (const act of doings) act(await server.next());
	return outcome;
}

const answer = (code: number, body: unknown) => (exchange: Exchange) => exchange.answer(code, body);
const cut = (exchange: Exchange) => exchange.cut();
const taken = status(409, 'AlreadyExists', 'services.serving.knative.dev "hello" already exists');

describe('creating is', () => {
	it('one POST of the manifest, in which unknown fields are refused', async () => {
		const outcome = createService(cluster, manifest);
		const post = await server.next();
		expect([post.method, post.path]).toEqual([
			'POST',
			'/apis/serving.knative.dev/v1/namespaces/default/services',
		]);
		expect(post.headers['content-type']).toBe('application/json');
		expect(post.query.get('fieldValidation')).toBe('Strict');
		expect(post.body).toEqual(manifest);
		post.answer(201, stored());
		expect(await outcome).toEqual({kind: 'done', object: stored(), warnings: []});
		expect(server.log).toHaveLength(1);
	});

	it('not done as wanted where a webhook made something else of it, and says where', async () => {
		expect(await after(answer(201, stored('mirror.example.com/hello:1')))).toMatchObject({
			kind: 'altered',
			differences: [{path: '/spec', wanted: manifest.spec}],
		});
	});

	it('not done as wanted where its label went, so that all the world can reach it', async () => {
		const labels = {'networking.knative.dev/visibility': 'cluster-local'};
		const metadata = {...manifest.metadata, labels};
		const outcome = createService(cluster, {...manifest, metadata});
		(await server.next()).answer(201, stored());
		expect(await outcome).toMatchObject({
			kind: 'altered',
			differences: [{path: '/metadata/labels', wanted: labels, stored: undefined}],
		});
		const whole = createService(cluster, {...manifest, metadata});
		(await server.next()).answer(201, {...stored(), metadata: {...stored().metadata, labels}});
		expect(await whole).toMatchObject({kind: 'done'});
	});

	it.each([
		['a page to log in', '<html>Log in</html>'],
		['a service of another name', stored(undefined, 'other')],
	])('not done by %s: the service is looked for', async (_, body) => {
		expect(await after(answer(200, body), answer(200, stored()))).toMatchObject({kind: 'done'});
		expect(server.log[1]).toBe('GET /apis/serving.knative.dev/v1/namespaces/default/services/hello');
	});

	it('too late only where the server says that the name is taken', async () => {
		const there = answer(200, stored('another.example.com/x:1'));
		expect(await after(answer(409, taken), there)).toEqual({kind: 'exists'});
		expect(await after(answer(409, taken), answer(403, status(403, 'Forbidden', 'no')))).toEqual({
			kind: 'exists',
		});
		expect(await after(answer(409, status(409, 'Conflict', 'being deleted')), there)).toMatchObject({
			kind: 'refused',
			status: 409,
		});
		const absent = answer(404, status(404, 'NotFound', 'services.serving.knative.dev "hello" not found'));
		expect(await after(answer(400, status(400, 'AlreadyExists', 'odd')), absent)).toMatchObject({
			kind: 'refused',
		});
	});

	it('a doubt where somebody on the way says so: what is there may be what this made, and a webhook changed', async () => {
		const there = answer(200, stored('another.example.com/x:1'));
		expect(await after(answer(409, 'a proxy'), there)).toMatchObject({kind: 'unknown'});
	});
});

const made = (createdAt: number, generation = 1) => {
	const {metadata, ...rest} = stored();
	return {
		...rest,
		metadata: {...metadata, generation, creationTimestamp: new Date(createdAt).toISOString()},
	};
};

describe('a name that is taken', () => {
	it('is a doubt where what has it is new and as wanted: something on the way may have asked twice', async () => {
		expect(await after(answer(409, taken), answer(200, made(Date.now())))).toMatchObject({
			kind: 'unknown',
			sentence: expect.stringMatching(/whether this request made it cannot be told/),
		});
	});

	it('is no doubt where it was there before, or was changed since', async () => {
		const [hourAgo, secondsAgo] = [Date.now() - 3_600_000, Date.now() - 2000];
		expect(await after(answer(409, taken), answer(200, made(secondsAgo)))).toEqual({kind: 'exists'});
		expect(await after(answer(409, taken), answer(200, made(hourAgo)))).toEqual({kind: 'exists'});
		expect(await after(answer(409, taken), answer(200, made(Date.now(), 2)))).toEqual({kind: 'exists'});
	});

	it('by a service that is older is no success, whoever says so', async () => {
		const hourAgo = Date.now() - 3_600_000;
		expect(await after(answer(200, made(hourAgo, 3)), answer(200, made(hourAgo, 3)))).toMatchObject({
			kind: 'unknown',
		});
		expect(await after(cut, answer(200, made(hourAgo)))).toMatchObject({kind: 'unknown'});
	});
});

describe('a refusal by whoever is on the way', () => {
	it('does not keep what was made from being told as made', async () => {
		const webhook = status(500, 'InternalError', 'failed calling webhook "x": EOF');
		expect(await after(answer(500, webhook), answer(200, stored()))).toMatchObject({kind: 'done'});
		expect(await after(answer(302, '<html>Log in</html>'), answer(200, stored()))).toMatchObject({
			kind: 'done',
		});
		expect(await after(answer(500, webhook), answer(404, notFound))).toMatchObject({
			kind: 'refused',
			status: 500,
		});
	});
});

describe('an answer that was lost', () => {
	it('is looked for in the service of that name', async () => {
		expect(await after(cut, answer(200, stored()))).toEqual({kind: 'done', object: stored(), warnings: []});
	});

	it('is a doubt where there is another: it may have been there before, or a webhook may have changed this one', async () => {
		expect(await after(cut, answer(200, stored('another.example.com/x:1')))).toMatchObject({
			kind: 'unknown',
			sentence: expect.stringContaining('whether this request made it cannot be told'),
		});
	});

	it('is a doubt while there is no such service, or it cannot be read', async () => {
		expect(await after(cut, answer(404, notFound))).toMatchObject({
			kind: 'unknown',
			sentence: expect.stringContaining('may still arrive'),
		});
		expect(await after(cut, answer(403, status(403, 'Forbidden', 'no')))).toMatchObject({kind: 'unknown'});
	});
});

it.each([
	{name: 'hello', namespace: ''},
	{name: '', namespace: 'default'},
])('a manifest without a name or a namespace (%j) is not sent', async metadata => {
	await expect(createService(cluster, {...manifest, metadata})).rejects.toThrow(
		'metadata.name and metadata.namespace',
	);
	expect(server.log).toEqual([]);
});

describe('a creation', () => {
	it('refuses unknown fields instead of dropping them', async () => {
		const outcome = createService(cluster, manifest, {onSent, dryRun: true});
		const post = await server.next();
		expect(post).toMatchObject({method: 'POST', path: base, body: manifest});
		expect(Object.fromEntries(post.query)).toEqual({
			fieldManager: 'kn-canary',
			fieldValidation: 'Strict',
			dryRun: 'All',
		});
		post.answer(201, stored());
		expect(await outcome).toEqual({kind: 'done', object: stored(), warnings: []});
	});

	it('says that there is one of the name', async () => {
		const outcome = createService(cluster, manifest);
		(await server.next()).answer(
			409,
			status(409, 'AlreadyExists', 'services.serving.knative.dev "hello" already exists'),
		);
		(await server.next()).answer(200, service(5));
		expect(await outcome).toEqual({kind: 'exists'});
	});

	it.each([
		['done when it is there as wanted', [200, stored()], 'done'],
		['is not known when another is there', [200, service(1, {template: {}})], 'unknown'],
		['unknown while there is none', [404, notFound], 'unknown'],
		['unknown when it cannot be read', [403, status(403, 'Forbidden', 'no')], 'unknown'],
	] as const)('after a lost answer is %s', async (_, [code, body], kind) => {
		const outcome = createService(cluster, manifest);
		(await server.next()).cut();
		const get = await server.next();
		expect(`${get.method} ${get.path}`).toBe(`GET ${path}`);
		get.answer(code, body);
		expect((await outcome).kind).toBe(kind);
	});
});
