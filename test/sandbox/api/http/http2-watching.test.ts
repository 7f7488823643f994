/** A watch over HTTP/2: how it goes on, and ends without its connection. */
import {constants} from 'node:http2';
import {describe, expect, it} from 'vitest';
import {createApiFaults} from '../../../../source/sandbox/api/http/api-faults.js';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {services} from '../../../../source/sandbox/resources.js';
import {closed, secure, speakHttp2, type Http2Client} from './http2-client.js';
import {knativeService, servicesPath, versionOf} from '../support.js';

const name = (object: unknown) => at(object, 'metadata', 'name');

async function make({call}: Http2Client, ...names: string[]): Promise<void> {
	for (const each of names) {
		expect((await call('POST', servicesPath, {body: knativeService(each)})).code).toBe(201);
	}
}

describe('a watch over HTTP/2', () => {
	it('tells of changes and how far it is', async () => {
		const {server} = await secure({bookmarkInterval: 20});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1&allowWatchBookmarks=true`);
		expect(watch.code).toBe(200);
		await make(client, 'hello');
		const seen: string[] = [];
		let bookmark;
		while (!seen.includes('ADDED hello') || !bookmark) {
			const event = await watch.next();
			if (!event) throw new Error('it has ended');
			if (event['type'] === 'BOOKMARK' && seen.length > 0) bookmark = event['object'];
			if (event['type'] !== 'BOOKMARK') {
				seen.push(`${String(event['type'])} ${String(name(event['object']))}`);
			}
		}

		expect(seen).toEqual(['ADDED hello']);
		expect(Number(versionOf(bookmark))).toBeGreaterThan(0);
	});

	it('ends without the connection, at the server’s end and at the client’s', async () => {
		const {server} = await secure();
		const client = speakHttp2(server);
		const ended = await client.watch(`${servicesPath}?watch=1&timeoutSeconds=1`);
		const left = await client.watch(`${servicesPath}?watch=1`);
		left.stream.close(constants.NGHTTP2_CANCEL);
		expect(await ended.next()).toBeUndefined();
		expect(ended.stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
		await make(client, 'hello');
		expect(client.session.closed).toBe(false);
	});

	it('is broken off, and nothing else with it, when watches are cut', async () => {
		const faults = createApiFaults();
		const {server} = await secure({faults});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		expect(faults.cutWatches()).toBe(1);
		await expect(watch.next()).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
		expect((await client.call('GET', servicesPath)).code).toBe(200);
	});

	it('is broken off when nobody reads it, and nothing else with it', async () => {
		const {server, store} = await secure();
		const client = speakHttp2(server);
		await make(client, 'hello');
		const {stream} = await client.watch(`${servicesPath}?watch=1`);
		const gone = closed(stream);
		stream.pause();
		// Twice what is kept for who does not read.
		for (let index = 0; index < 40; index++) {
			store.update(services, 'default', 'hello', 'main', hello => ({
				...hello,
				metadata: {...hello.metadata, annotations: {big: `${index}`.padEnd(800_000)}},
			}));
		}

		expect((await client.call('GET', '/version')).code).toBe(200);
		stream.resume();
		await gone;
		expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
		expect((await client.call('GET', '/version')).code).toBe(200);
	});
});
