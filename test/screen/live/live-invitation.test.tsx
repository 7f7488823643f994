import {expect, it} from 'vitest';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import type {GatewayState} from '../../../source/console/state/state.js';
import {Invitation} from '../../../source/screen/live/live-invitation.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {canaryTraffic, knowing} from '../parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});
const found: GatewayState = {kind: 'found', host: '203.0.113.10', port: 80, tls: false, via: 'load balancer'};
const before = splitOf(serviceView({ready: 2}));
const change = {
	at: Date.UTC(2026, 10, 26, 9),
	server: 'https://127.0.0.1:6443',
	context: 'test-context',
	namespace: service.namespace,
	service: service.name,
	uid: service.uid,
	generation: service.generation,
	from: service.generation - 1,
	by: 'ann',
	own: true,
	reason: 'split',
	before,
	after: splitOf(service),
	command: '',
};

const open = async (
	gateway: GatewayState,
	{hasChanges = false, isKnown = true, requestOptions = defaultRequestOptions, isUncovered = false} = {},
) =>
	openOnConsole(
		() => (
			<Invitation
				service={isKnown ? service : undefined}
				gateway={gateway}
				requestOptions={requestOptions}
				hasChanges={hasChanges}
				width={100}
				height={14}
			/>
		),
		{columns: 100, rows: 14, state: {...knowing(service), history: [change], isUncovered}},
	);

it('says which keys send requests, and the command that asks the same', async () => {
	const {text} = await open(found);
	expect(text()).toContain('space: send 1 request/s and count who answers · v: send one request');
	expect(text()).toMatch(/curl .*203\.0\.113\.10/);
	expect(text()).not.toContain('CHANGES');
});

it('covers what may be secret of the command, unless that is to be seen', async () => {
	const request = {...defaultRequestOptions.request, headers: ['Cookie: sid=abc']};
	const requestOptions = {...defaultRequestOptions, request};
	expect((await open(found, {requestOptions})).text()).toMatch(/curl -H 'Cookie: •••' -H 'Host: /);
	expect((await open(found, {requestOptions, isUncovered: true})).text()).toContain("-H 'Cookie: sid=abc'");
});

it.each(['Cookie: user=ann@example.com; sid=s3cret', 'Cookie: sid=s3cret; csrf=$CSRF', 'X.Api.Key: s3cret'])(
	'covers %s however it has to be quoted',
	async header => {
		const request = {...defaultRequestOptions.request, headers: [header]};
		const {text} = await open(found, {requestOptions: {...defaultRequestOptions, request}});
		expect(text()).toContain(': •••');
		expect(text()).not.toContain('s3cret');
	},
);

it('says who changed the split, where there is room for it', async () => {
	const {text} = await open(found, {hasChanges: true});
	expect(text()).toMatch(/CHANGES of helloworld-go, newest first \(w: all\) .*ann/);
});

it('says why nothing can be asked, and no command', async () => {
	const {text} = await open({kind: 'not found', sentence: 'No ingress is here.'});
	expect(text()).toContain('No ingress is here.');
	expect(text()).not.toContain('curl');
});

it('is empty without a service', async () => {
	const {text} = await open(found, {hasChanges: true, isKnown: false});
	expect(text().trim()).toBe('');
});
