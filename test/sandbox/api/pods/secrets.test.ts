import {describe, expect, it} from 'vitest';
import {at} from '../../../../source/sandbox/api/body/json.js';
import {roles} from '../../../../source/sandbox/roles.js';
import {start} from '../support.js';

const path = '/api/v1/namespaces/default/secrets';
const secret = (more: object) => ({apiVersion: 'v1', kind: 'Secret', metadata: {name: 'keys'}, ...more});

describe('a Secret', () => {
	it('keeps plain text as data in base64, and is Opaque unless told', async () => {
		const {call} = await start();
		const made = await call('POST', path, {body: secret({data: {a: 'YQ=='}, stringData: {b: 'b'}})});
		expect(made).toMatchObject({code: 201, body: {type: 'Opaque', data: {a: 'YQ==', b: 'Yg=='}}});
		expect(made.body).not.toHaveProperty('stringData');
		const changed = await call('PATCH', `${path}/keys`, {
			headers: {'content-type': 'application/merge-patch+json'},
			body: {stringData: {a: 'other'}},
		});
		expect(at(changed.body, 'data')).toEqual({a: 'b3RoZXI=', b: 'Yg=='});
	});

	it('is refused with data that is no base64', async () => {
		const {call} = await start();
		expect(await call('POST', path, {body: secret({data: {a: 'not base64'}})})).toMatchObject({
			code: 400,
			body: {message: 'Secret in version "v1" cannot be handled as a Secret: illegal base64 data'},
		});
	});

	it('stays of its type, and as it is when it is immutable', async () => {
		const {call} = await start();
		await call('POST', path, {body: secret({immutable: true, data: {a: 'YQ=='}})});
		const typed = await call('PUT', `${path}/keys`, {
			body: secret({immutable: true, data: {a: 'YQ=='}, type: 'kubernetes.io/tls'}),
		});
		expect(typed.code).toBe(422);
		expect(typed.body['message']).toContain('type: Invalid value: "kubernetes.io/tls": field is immutable');
		const filled = await call('PUT', `${path}/keys`, {body: secret({immutable: true, data: {a: 'Yg=='}})});
		expect(filled.code).toBe(422);
		expect(filled.body['message']).toContain('field is immutable when `immutable` is set');
	});

	it('is for the admin, and for nobody else', async () => {
		const others = roles.map(({userName, ...role}) => ({...role, name: userName, token: userName}));
		const {call} = await start({others});
		const as = (user: string) => call('GET', path, {headers: {authorization: `Bearer ${user}`}});
		expect(await as('sandbox-admin')).toMatchObject({code: 200, body: {kind: 'SecretList'}});
		for (const user of ['sandbox-operator', 'sandbox-viewer']) {
			expect(await as(user)).toMatchObject({
				code: 403,
				body: {
					message: `secrets is forbidden: User "${user}" cannot list resource "secrets" in API group "" in the namespace "default"`,
				},
			});
		}
	});
});
