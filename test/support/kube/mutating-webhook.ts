/** A mutating admission webhook on loopback, as an API server asks one: it changes what it is told to, of those who are told. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer} from 'node:https';
import {text} from 'node:stream/consumers';
import * as v from 'valibot';
import {createAuthority} from './authority.js';

const review = v.object({
	request: v.object({
		uid: v.string(),
		userInfo: v.object({username: v.string()}),
		object: v.looseObject({}),
		oldObject: v.nullish(v.looseObject({})),
	}),
});

export type Admitted = {
	/** Who writes, as the API server knows them. */
	user: string;
	object: object;
	/** As it was; undefined of what is created. */
	before: object | undefined;
};

/** JSON patch (RFC 6902) of what is stored instead. */
export type Change = {op: 'add' | 'replace' | 'remove'; path: string; value?: unknown};

export type MutatingWebhook = {
	/** Of a `clientConfig` of admissionregistration.k8s.io/v1. */
	readonly clientConfig: {url: string; caBundle: string};
	/** How often it was asked so far. */
	readonly asked: number;
	close(): Promise<void>;
};

/** @param change What of an object is stored otherwise than it was sent; nothing where that is empty. */
export async function startMutatingWebhook(
	change: (admitted: Admitted) => readonly Change[],
): Promise<MutatingWebhook> {
	const authority = createAuthority();
	const {key, cert} = authority.issue('webhook', ['IP:127.0.0.1']);
	let asked = 0;
	const server = createServer({key, cert}, (request, response) => {
		asked += 1;
		void answer(request, response);
	});

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const {uid, userInfo, object, oldObject} = v.parse(review, JSON.parse(await text(request))).request;
		const before = oldObject ?? undefined;
		const patch = JSON.stringify(change({user: userInfo.username, object, before}));
		response.setHeader('content-type', 'application/json');
		response.end(
			JSON.stringify({
				apiVersion: 'admission.k8s.io/v1',
				kind: 'AdmissionReview',
				response: {
					uid,
					allowed: true,
					patchType: 'JSONPatch',
					patch: Buffer.from(patch).toString('base64'),
				},
			}),
		);
	}

	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the webhook has no port');
	return {
		clientConfig: {
			url: `https://127.0.0.1:${address.port}/`,
			caBundle: Buffer.from(authority.pem).toString('base64'),
		},
		get asked() {
			return asked;
		},
		async close() {
			authority.remove();
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				server.closeAllConnections();
			});
		},
	};
}
