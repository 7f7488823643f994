/** What comes back to a write is read: each answer ends in a true sentence, a true exit code and a true line of the history. */
import {describe, expect, it} from 'vitest';
import type {Exchange} from '../../support/kube/api-server.js';
import {onScripted} from '../parts/on-scripted.js';

const name = 'helloworld-go';
const on = onScripted();
const {run, make} = on;

/** As it was wanted, but for what a webhook makes of it. */
function altered(): object {
	const changed = structuredClone(on.scripted.changed());
	const traffic: unknown = Reflect.get(Object(Reflect.get(changed, 'spec')), 'traffic');
	if (!Array.isArray(traffic)) throw new Error('a service without traffic');
	const percents: readonly number[] = [95, 5];
	for (const [index, percent] of percents.entries()) Object.assign(traffic[index], {percent});
	return changed;
}

type HandlesExchange = (exchange: Exchange) => void;
const page = '<html><title>Log in</title></html>';

const answers: readonly (readonly [
	string,
	HandlesExchange,
	{code: number; said: RegExp; history: RegExp},
])[] = [
	[
		'as it was wanted',
		exchange => {
			make();
			exchange.answer(200, on.scripted.service);
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'200 without a body, and it was made',
		exchange => {
			make();
			exchange.answer(200, '');
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'200 without a body, and it was not made',
		exchange => exchange.answer(200, ''),
		{
			code: 4,
			said: /Not known whether it was done: .*not the object that was written.*may still arrive/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
	[
		'the page of a proxy that wants a login, with 200',
		exchange => exchange.answer(200, page, {'content-type': 'text/html'}),
		{
			code: 4,
			said: /Not known whether it was done: .*something between here and the API server may have answered/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
	[
		'the page of a proxy with 502, and it was made',
		exchange => {
			make();
			exchange.answer(502, page);
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'a redirect to a login',
		exchange => exchange.answer(302, page, {location: 'https://login.example.com/'}),
		{code: 1, said: /^Not done[.:]/m, history: /roll back {2}\(not made: Not done/},
	],
	[
		'an object of another name',
		exchange => {
			const {metadata} = on.scripted.service;
			exchange.answer(200, {...on.scripted.service, metadata: {...metadata, name: 'other', uid: 'u-9'}});
		},
		{
			code: 4,
			said: /Not known whether it was done: .*not the object that was written/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
	[
		'what a webhook made of it',
		exchange => {
			const object = altered();
			Object.assign(on.scripted.service, object);
			exchange.answer(200, object);
		},
		{
			code: 7,
			said: /The server stored something else: .*00001 90 % stable → wanted 100 % stable → stored 95 % stable/,
			history: /here, test-user {2}roll back\n.*00001=95 .*00002=5/,
		},
	],
	[
		'what was there before, with nothing changed',
		exchange => exchange.answer(200, on.scripted.service),
		{
			code: 7,
			said: /The server changed nothing: /,
			history: /roll back {2}\(not made: The server changed nothing/,
		},
	],
	[
		'nothing, and it was made',
		exchange => {
			make();
			exchange.cut();
		},
		{code: 0, said: /Done: the server took it\./, history: /here, test-user {2}roll back\n/},
	],
	[
		'nothing, and it was not made',
		exchange => exchange.cut(),
		{
			code: 4,
			said: /Not known whether it was done: .*closed the connection before its answer was complete/,
			history: /roll back {2}\(sent, outcome not known\)/,
		},
	],
];

describe('the answer to a write', () => {
	it.each(answers)('%s', async (_, answer, {code, said, history}) => {
		on.scripted.onWrite(answer);
		const ended = await run('rollback', name, '--yes', '--wait', '0');
		expect(ended.said).toMatch(said);
		expect(ended.code).toBe(code);
		expect(on.scripted.writes).toHaveLength(1);
		expect((await run('history')).said).toMatch(history);
	});
});
