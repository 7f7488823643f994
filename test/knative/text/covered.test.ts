/** What may be secret of an object is covered, wherever it stands, and nothing else is. */
import {describe, expect, it} from 'vitest';
import {cover, coveredValue} from '../../../source/knative/text/covered.js';

describe('in a text', () => {
	it.each([
		['postgres://app:hunter2@db:5432/shop', 'postgres://•••@db:5432/shop'],
		['https://app@example.com/a and ftp://b:c@d', 'https://•••@example.com/a and ftp://•••@d'],
		['bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'bearer •••'],
		['Authorization: Bearer abc.def', 'Authorization: Bearer •••'],
		['Basic  dXNlcg==', 'Basic •••'],
		['https://a/?token=abc&page=2', 'https://a/?token=•••&page=2'],
		['--api-key=abc --level=info', '--api-key=••• --level=info'],
		['{"password": "a\\"b", "user": "ann"}', '{"password": "•••", "user": "ann"}'],
	])('%s is %s', (text, covered) => {
		expect(coveredValue(text)).toBe(covered);
	});

	it.each([
		'passwd',
		'db_pwd',
		'pw',
		'AccessKey',
		'signing-key',
		'auth',
		'SESSION_COOKIE',
		'dsn',
		'jdbc.url',
	])('what is assigned to %s is covered', name => {
		expect(coveredValue(`${name}=abc`)).toBe(`${name}=${cover}`);
	});

	it.each(['author=ann', 'key=1', 'north=pass', 'https://example.com/a@b', 'eyebrow', 'a: b'])(
		'%s is not',
		text => {
			expect(coveredValue(text)).toBe(text);
		},
	);
});

const words = (...args: unknown[]) => coveredValue({args});

describe('of the words of a command line', () => {
	it('what follows a flag that is named so is covered', () => {
		expect(words('--password', 'hunter2', '-token', 'abc', '--level', 'info')).toEqual({
			args: ['--password', cover, '-token', cover, '--level', 'info'],
		});
	});

	it('a flag that follows one is none of its values', () => {
		expect(words('--password', '--verbose', 'x')).toEqual({args: ['--password', '--verbose', 'x']});
		expect(words('password', 'x')).toEqual({args: ['password', 'x']});
	});

	it('an assignment is covered in each, and what is no word is looked into', () => {
		expect(coveredValue({command: ['run', 'a --token=b', 7, {env: [{name: 'A', value: 'x'}]}]})).toEqual({
			command: ['run', `a --token=${cover}`, 7, {env: [{name: 'A', value: cover}]}],
		});
	});

	it('those of another list are texts', () => {
		expect(coveredValue({items: ['--password', 'hunter2']})).toEqual({items: ['--password', 'hunter2']});
	});
});

describe('of pairs', () => {
	it('each value is covered, whatever its name, and what it is taken from is told', () => {
		const from = {name: 'B', valueFrom: {secretKeyRef: {name: 'db', key: 'password'}}};
		for (const field of ['env', 'httpHeaders']) {
			const pairs = [
				{name: 'A', value: 'x'},
				from,
				{name: 'C', value: ''},
				{name: 'D', value: null},
				'token=x',
			];
			expect(coveredValue({[field]: pairs})).toEqual({
				[field]: [
					{name: 'A', value: cover},
					from,
					{name: 'C', value: ''},
					{name: 'D', value: null},
					`token=${cover}`,
				],
			});
		}
	});

	it('those of another field are objects like any other', () => {
		const volumes = {volumes: [{name: 'A', value: 'x'}]};
		expect(coveredValue(volumes)).toEqual(volumes);
		expect(coveredValue({env: 'A=x'})).toEqual({env: 'A=x'});
	});
});

const annotation = (value: unknown, name = 'example.com/note') => {
	const covered = coveredValue({annotations: {[name]: value}});
	return Reflect.get(Object(Reflect.get(Object(covered), 'annotations')), name);
};

const manifest = (value: string) => JSON.stringify({spec: {env: [{name: 'A', value}]}});

describe('of annotations', () => {
	it('a manifest as JSON is covered as an object, and ends as it did', () => {
		expect(annotation(manifest('hunter2'))).toBe(manifest(cover));
		expect(annotation(`${manifest('hunter2')}\n`)).toBe(`${manifest(cover)}\n`);
		expect(annotation(' [{"data":{"a":"b"}}]')).toBe(`[{"data":{"a":"${cover}"}}]`);
	});

	it.each(['{"env":[{"name":"A","val', '{data: x', '[value: hunter2'])(
		'one that was cut, %s, is covered whole',
		text => {
			expect(annotation(text)).toBe(cover);
		},
	);

	it('what only begins like one is a text', () => {
		expect(annotation('[beta] token=abc')).toBe(`[beta] token=${cover}`);
		expect(annotation('{not a manifest')).toBe('{not a manifest');
	});

	it.each([
		'env:\n- name: A\n  value: x',
		'a: 1\nspec:\n  value: x',
		'- data:\n    a: b',
		'kind: Secret\nstringData:\n  a: b',
	])('a manifest as YAML is covered whole (%#)', text => {
		expect(annotation(text)).toBe(cover);
	});

	it.each([['example.com/api-token'], ['password'], ['example.com/secret/db-password']])(
		'one that is named %s is covered',
		name => {
			expect(annotation('abc', name)).toBe(cover);
		},
	);

	it('its prefix names the author of one, and is no secret', () => {
		expect(annotation('abc', 'secret.example.com/note')).toBe('abc');
	});

	it('what is packed is covered, from eighty characters on', () => {
		expect(annotation('A'.repeat(80))).toBe(cover);
		expect(annotation('A'.repeat(79))).toBe('A'.repeat(79));
		expect(annotation(`${'A'.repeat(80)} B`)).toBe(`${'A'.repeat(80)} B`);
	});

	it('what is no text is looked into', () => {
		expect(annotation({env: [{name: 'A', value: 'x'}]})).toEqual({env: [{name: 'A', value: cover}]});
		expect(coveredValue({annotations: 'password=x'})).toEqual({annotations: `password=${cover}`});
		expect(coveredValue({labels: {password: 'plain'}})).toEqual({labels: {password: 'plain'}});
	});
});

describe('of the data of a Secret', () => {
	it.each(['data', 'stringData'])('no value of %s is told, only the keys', field => {
		expect(coveredValue({[field]: {a: 'b', c: ''}})).toEqual({[field]: {a: cover, c: cover}});
		expect(coveredValue({[field]: 'b'})).toEqual({[field]: 'b'});
	});

	it('and one that lies in a list is a list', () => {
		expect(coveredValue({data: ['a', {data: {b: 'c'}}]})).toEqual({data: ['a', {data: {b: cover}}]});
	});
});

it('all else is as it was, and the object that was given is left alone', () => {
	const object = {a: 1, b: null, c: [true, undefined], env: [{name: 'A', value: 'x'}]};
	const before = structuredClone(object);
	expect(coveredValue(object)).toEqual({
		a: 1,
		b: null,
		c: [true, undefined],
		env: [{name: 'A', value: cover}],
	});
	expect(object).toEqual(before);
	expect(coveredValue(7)).toBe(7);
});
