/** Which hosts of one's own lead to a service. */
import {describe, expect, it} from 'vitest';
import {parseDomainMapping} from '../../../source/knative/service/domain-mapping.js';

const mapping = (ref: object, more: object = {}) => ({
	apiVersion: 'serving.knative.dev/v1beta1',
	kind: 'DomainMapping',
	metadata: {name: 'shop.example.com', namespace: 'shop', uid: 'd-1'},
	spec: {ref: {apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'cart', ...ref}},
	...more,
});

const ready = (status: string) => ({
	url: 'https://shop.example.com',
	conditions: [
		{type: 'CertificateProvisioned', status: 'True'},
		{type: 'Ready', status},
	],
});

const claimed = (status: string) =>
	parseDomainMapping(
		mapping({}, {status: {conditions: [{type: 'DomainClaimed', status, reason: 'DomainAlreadyClaimed'}]}}),
	);

describe('a mapping to a service', () => {
	it.each<[string, object]>([
		['of its namespace', {namespace: 'shop'}],
		['without a namespace', {}],
		['with an empty one', {namespace: ''}],
	])('%s is of that', (_, ref) => {
		expect(parseDomainMapping(mapping(ref, {status: ready('True')}))).toEqual({
			ok: true,
			value: {
				host: 'shop.example.com',
				namespace: 'shop',
				uid: 'd-1',
				service: 'cart',
				url: 'https://shop.example.com',
				ready: true,
			},
		});
	});

	it('is ready only where Ready says so', () => {
		expect(parseDomainMapping(mapping({}, {status: ready('False')}))).toMatchObject({value: {ready: false}});
		expect(parseDomainMapping(mapping({}, {status: ready('Unknown')}))).toMatchObject({
			value: {ready: false},
		});
	});

	it('holds its host unless DomainClaimed is False', () => {
		expect(claimed('False')).toMatchObject({value: {isUnclaimed: true}});
		expect(claimed('Unknown')).not.toHaveProperty('value.isUnclaimed');
		expect(claimed('True')).not.toHaveProperty('value.isUnclaimed');
	});

	it('that has just been made has no URL yet, and is not ready', () => {
		for (const status of [undefined, {}]) {
			expect(parseDomainMapping(mapping({}, {status}))).toMatchObject({
				ok: true,
				value: {url: undefined, ready: false},
			});
		}
	});
});

describe('no concern of a service is a mapping', () => {
	it.each<[string, object]>([
		['to something of another kind', {kind: 'Configuration'}],
		['to one of that kind in its namespace', {kind: 'KafkaSink', namespace: 'shop'}],
		['to a service of another namespace', {namespace: 'prod'}],
		['to a service without a name', {name: undefined}],
	])('%s', (_, ref) => {
		expect(parseDomainMapping(mapping(ref))).toEqual({
			ok: false,
			reason: 'The DomainMapping shop.example.com leads to no service of its namespace.',
		});
	});

	it.each<[string, unknown]>([
		['leads nowhere', {...mapping({}), spec: {}}],
		['is none', 'not found'],
		['is nothing', undefined],
	])('which %s', (_, object) => {
		const parsed = parseDomainMapping(object);
		expect(parsed).toEqual({ok: false, reason: expect.stringMatching(/^The DomainMapping .*\.$/)});
	});
});
