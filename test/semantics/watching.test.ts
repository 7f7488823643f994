/** Watches and deletions, by the numbers of the list of behaviours. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {at, listOf, objectsOf, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {isCluster, openTarget, serviceOf, type Target} from './target.js';

let target: Target;

beforeAll(async () => {
	target = await openTarget();
});

afterAll(() => target.close());

async function revisionsOf(name: string): Promise<string[]> {
	const selector = `labelSelector=serving.knative.dev/service%3D${name}`;
	const {body} = await target.call('GET', `${target.path('revisions')}?${selector}`);
	return objectsOf(body['items']).map(item => String(at(item, 'metadata', 'name')));
}

it('§8.35 a watch goes on from the version of a list, across kinds; a deletion carries the last state', async () => {
	const service = serviceOf(target, 's35');
	await service.create();
	await service.ready();
	const list = await target.call('GET', target.path('revisions'));
	const version = String(at(list.body, 'metadata', 'resourceVersion'));
	const query = `watch=1&fieldSelector=metadata.name%3Ds35&resourceVersion=${version}&timeoutSeconds=300`;
	const events = await target.watch(`${target.path('services')}?${query}`);
	await service.patch({metadata: {labels: {seen: 'last'}}});
	await target.call('DELETE', service.path);
	const seen: JsonObject[] = [];
	for await (const event of events) {
		seen.push(event);
		if (event['type'] === 'DELETED') {
			break;
		}
	}

	expect(seen[0]?.['type']).toBe('MODIFIED');
	expect(at(seen.at(-1), 'object', 'metadata', 'labels', 'seen')).toBe('last');
});

it.skipIf(isCluster)(
	'§8.35 (needs the switches of the sandbox) a watch from a version that is forgotten is told so in its stream',
	async () => {
		await fetch(`${target.sandbox?.switchesUrl ?? ''}/api/compact`, {
			method: 'POST',
			headers: {authorization: `Bearer ${target.sandbox?.token ?? ''}`},
		});
		const events = await target.watch(`${target.path('services')}?watch=1&resourceVersion=1`);
		const {value} = await events.next();
		expect(value).toMatchObject({type: 'ERROR', object: {kind: 'Status', code: 410, reason: 'Expired'}});
		expect((await events.next()).done).toBe(true);
	},
);

it('§8.35 a watch that asks for bookmarks gets one two seconds before its end at the latest', async () => {
	const list = await target.call('GET', target.path('services'));
	const version = String(at(list.body, 'metadata', 'resourceVersion'));
	const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${version}&timeoutSeconds=3`;
	const seen: JsonObject[] = [];
	for await (const event of await target.watch(`${target.path('services')}?${query}`)) {
		seen.push(event);
	}

	// A real server bookmarks about once a minute; a watch this short may end without.
	const bookmarks = seen.filter(event => event['type'] === 'BOOKMARK');
	expect(isCluster || bookmarks.length > 0).toBe(true);
	for (const event of bookmarks) {
		expect(at(event, 'object', 'metadata', 'resourceVersion')).toMatch(/^\d+$/);
		expect(at(event, 'object', 'kind')).toBe('Service');
	}
});

it('§8.36 a deletion in the foreground waits for the children, one in the background does not', async () => {
	const first = serviceOf(target, 's36a');
	const second = serviceOf(target, 's36b');
	await Promise.all([first.create(), second.create()]);
	await Promise.all([first.ready(), second.ready()]);
	const foreground = await target.call('DELETE', `${first.path}?propagationPolicy=Foreground`);
	expect(foreground.code).toBe(200);
	expect(at(foreground.body, 'metadata', 'deletionTimestamp')).toBeTypeOf('string');
	expect(listOf(at(foreground.body, 'metadata', 'finalizers'))).toContain('foregroundDeletion');
	const background = await target.call('DELETE', second.path);
	expect(background).toMatchObject({code: 200, body: {kind: 'Status', status: 'Success'}});
	for (const {name, path} of [first, second]) {
		for (const child of [path, target.path('configurations', name), target.path('routes', name)]) {
			await expect.poll(async () => (await target.call('GET', child)).code, {timeout: 60_000}).toBe(404);
		}

		await expect.poll(() => revisionsOf(name), {timeout: 60_000}).toEqual([]);
	}
});
