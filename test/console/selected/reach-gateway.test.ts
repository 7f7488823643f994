/** The gateway of a service as a command has it: for as long as it takes to ask it. */
import {Server} from 'node:net';
import {afterEach, expect, test, vi} from 'vitest';
import {reachGateway} from '../../../source/console/selected/reach-gateway.js';
import {openMapped} from './mapped-host.js';
import {refuseToListen} from './refused-listen.js';

afterEach(() => {
	vi.restoreAllMocks();
});

test('where a host and the service are reached by a port-forward each, both are open until it is closed', async () => {
	const {world, cluster, host} = await openMapped({isInside: true});
	const listening = vi.spyOn(Server.prototype, 'listen');
	const {gateway, close} = await reachGateway(cluster, await world.service('cart'), {given: undefined, host});
	const servers = listening.mock.contexts.filter(each => each instanceof Server);
	expect(gateway).toMatchObject({kind: 'found', own: {tls: false}});
	expect(servers.map(server => server.listening)).toEqual([true, true]);
	await close();
	expect(servers.map(server => server.listening)).toEqual([false, false]);
});

test('where the second of two port-forwards cannot be opened, the host is asked, and no tag', async () => {
	const {world, cluster, host} = await openMapped({isInside: true});
	const listening = refuseToListen({after: 1});
	const {gateway, close} = await reachGateway(cluster, await world.service('cart'), {given: undefined, host});
	const first = listening.mock.contexts.find(each => each instanceof Server);
	expect(gateway).toMatchObject({kind: 'found', ownMissing: expect.stringContaining('no port is free')});
	expect(first?.listening).toBe(true);
	await close();
	expect(first?.listening).toBe(false);
});

test('where the first cannot be opened, nothing is left open', async () => {
	const {world, cluster, host} = await openMapped({isInside: true});
	const listening = refuseToListen();
	await expect(reachGateway(cluster, await world.service('cart'), {given: undefined, host})).rejects.toThrow(
		'no port is free',
	);
	expect(listening.mock.contexts.filter(each => each instanceof Server && each.listening)).toEqual([]);
});
