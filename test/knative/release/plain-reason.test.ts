/** What `get` says of a service that is not Ready: plain words, whatever the conditions quote. */
import {expect, it} from 'vitest';
import {plainReason} from '../../../source/knative/release/plain-reason.js';
import {condition, revisionName, serviceView} from '../objects.js';

const failed = (message: string) =>
	serviceView({
		traffic: [{revisionName: revisionName(1), percent: 100}],
		ready: 1,
		created: 2,
		edit(object) {
			object.status.conditions = [
				condition('ConfigurationsReady', 'False', 'RevisionFailed', message),
				condition('Ready', 'False', 'RevisionFailed', message),
				condition('RoutesReady', 'True'),
			];
		},
	});

const quoted = (message: string) => `Revision "cart-00002" failed with message: ${message}.`;

it.each([
	[
		'Unable to fetch image "registry.example.com/cart:9": failed to resolve image to digest: HEAD https://registry.example.com/v2/cart/manifests/9: unexpected status code 404 Not Found (HEAD responses have no body, use GET for details)',
		'cart-00002: image not found: 404 Not Found from registry.example.com',
	],
	[
		'Container failed with: starting server...\npanic: no database\n',
		'cart-00002: exited: panic: no database',
	],
	[
		'pods "cart-00002-x" is forbidden: exceeded quota: tiny, requested: pods=1, used: pods=2, limited: pods=2',
		'cart-00002: no pod fits into the quota tiny: pods 2 of 2 used, 1 needed',
	],
	['Initial scale was never achieved', 'cart-00002: Initial scale was never achieved'],
])('of a revision that failed: %s', (message, words) => {
	expect(plainReason(failed(quoted(message)))).toBe(words);
});

it.each([
	['Revision "cart-00077" referenced in traffic not found.', 'cart-00077 does not exist.'],
	['Revision "cart-00002" failed to become ready.', 'cart-00002 is not ready.'],
	['Something new.', 'The gateway keeps the split it had before; users see no change.'],
])('of a split that is refused: %s', (message, words) => {
	const service = serviceView({
		traffic: [{revisionName: revisionName(1), percent: 100}],
		ready: 1,
		edit(object) {
			object.status.conditions = [
				condition('RoutesReady', 'False', 'RevisionMissing', message),
				condition('Ready', 'False', 'RevisionMissing', message),
			];
		},
	});
	expect(plainReason(service)).toMatch(new RegExp(`^${words.replaceAll('.', String.raw`\.`)}`));
	expect(plainReason(service)).not.toMatch(/RevisionMissing/);
});

it('of one that is being made, and nothing of one that is Ready', () => {
	const making = serviceView({
		traffic: [{revisionName: revisionName(1), percent: 100}],
		ready: 1,
		edit(object) {
			object.status.conditions = [
				condition('RoutesReady', 'Unknown', 'IngressNotConfigured', 'Ingress has not yet been reconciled.'),
				condition('Ready', 'Unknown', 'IngressNotConfigured', 'Ingress has not yet been reconciled.'),
			];
		},
	});
	expect(plainReason(making)).toBe('waiting for the gateway');
	expect(plainReason(serviceView({traffic: [{revisionName: revisionName(1), percent: 100}], ready: 1}))).toBe(
		'',
	);
});
