/** What is not sent in the clear to a URL with https before the operator agrees. */
import {expect, it} from 'vitest';
import {secretFault} from '../../../source/console/selected/in-clear.js';
import type {SentRequest} from '../../../source/console/selected/request-commands.js';

const asked = {
	url: 'https://cart.example.com',
	door: {host: 'gateway', port: 80, tls: false},
	via: 'kourier',
};

it.each<[string, SentRequest]>([
	['Cookie', {headers: ['Cookie: sid=abc']}],
	['X-A', {headers: ['X-A: @/run/token']}],
	['the path', {path: '/?token=abc'}],
	['the body', {body: '{"password":"abc"}'}],
	['the body', {body: '@/secret.json'}],
	['the message', {call: {request: {user: {password: 'abc'}}}}],
])('%s of %j may be secret', (what, sent) => {
	expect(secretFault(asked, sent)).toContain(`and ${what} may be secret. Leave that out`);
	expect(secretFault({...asked, via: '--gateway'}, sent)).toBeUndefined();
	expect(secretFault({...asked, door: {...asked.door, tls: true}}, sent)).toBeUndefined();
});

it.each<[SentRequest]>([
	[{}],
	[{path: '/?page=2', headers: ['Accept: text/html'], body: 'hello'}],
	[{call: {request: {name: 'ann', list: [1, null]}}}],
])('%j is sent', sent => {
	expect(secretFault(asked, sent)).toBeUndefined();
});
