/** The end of an HTTP/2 connection, announced or not. */
import {once} from 'node:events';
import {constants} from 'node:http2';
import {describe, expect, it} from 'vitest';
import {createApiFaults} from '../../../../source/sandbox/api/http/api-faults.js';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {closed, handshake, secure, speakHttp2, type Http2Client} from './http2-client.js';
import {knativeService, servicesPath} from '../support.js';

const name = (object: unknown) => at(object, 'metadata', 'name');

async function make({call}: Http2Client, ...names: string[]): Promise<void> {
	for (const each of names) {
		expect((await call('POST', servicesPath, {body: knativeService(each)})).code).toBe(201);
	}
}

describe('the end of an HTTP/2 connection', () => {
	it('comes without a word when it is reset, for everything on it', async () => {
		const faults = createApiFaults();
		const {server} = await secure({faults});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		let saidGoodbye = false;
		client.session.on('goaway', () => {
			saidGoodbye = true;
		});
		const gone = closed(client.session);
		faults.set({reset: 1});
		await expect(client.call('GET', servicesPath)).rejects.toThrow('the connection ended');
		await gone;
		expect(saidGoodbye).toBe(false);
		expect(await watch.next().catch(() => undefined)).toBeUndefined();
		faults.clear();
		expect((await speakHttp2(server).call('GET', servicesPath)).code).toBe(200);
	});

	it('is announced by a GOAWAY: what is under way goes on, what is new needs another connection', async () => {
		const faults = createApiFaults();
		const {server} = await secure({faults});
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		faults.set({goaway: 1});
		const announced = once(client.session, 'goaway');
		// The request that brings it is served.
		expect((await client.call('GET', servicesPath)).code).toBe(200);
		expect((await announced)[0]).toBe(constants.NGHTTP2_NO_ERROR);
		faults.clear();
		await expect(client.call('GET', servicesPath)).rejects.toThrow('after receiving a GOAWAY');
		const second = speakHttp2(server);
		await make(second, 'hello');
		expect(name((await watch.next())?.['object'])).toBe('hello');
		const gone = closed(client.session);
		watch.stream.close(constants.NGHTTP2_CANCEL);
		await gone;
	});

	it('is announced when the server is closed, and comes soon', async () => {
		const {server} = await secure();
		const client = speakHttp2(server);
		const watch = await client.watch(`${servicesPath}?watch=1`);
		const announced = once(client.session, 'goaway');
		const gone = closed(client.session);
		const closing = server.close();
		expect((await announced)[0]).toBe(constants.NGHTTP2_NO_ERROR);
		expect(await watch.next()).toBeUndefined();
		await Promise.all([closing, gone]);
	});

	it('comes also for who does not listen when the server is closed', async () => {
		const {server} = await secure();
		const deaf = await handshake(server, ['h2']);
		deaf.pause();
		const mute = await handshake(server, ['http/1.1']);
		const gone = [closed(deaf), closed(mute)];
		await server.close();
		deaf.resume();
		mute.resume();
		await Promise.all(gone);
		expect([deaf.destroyed, mute.destroyed]).toEqual([true, true]);
	});
});
