/** An API server that is busy, forgets, and breaks off: the built program goes on, and shows what is. */
import {expect, it} from 'vitest';
import {servingPath} from '../../../source/kube/paths.js';
import {at, type RelayedRequest} from '../../support/kube/api-relay.js';
import {status} from '../../support/kube/api-server.js';
import {eventually} from '../../support/eventually.js';
import {useRelayedSandbox} from '../../support/program/relayed-sandbox.js';

const world = useRelayedSandbox({cols: 120, rows: 40});
const {open} = world;

const services = servingPath('services', 'default');
const isList = ({path: asked, query}: RelayedRequest) => asked === services && !query.has('watch');
const isWatch = ({path: asked, query}: RelayedRequest) => asked === services && query.has('watch');
const count = (wanted: (request: RelayedRequest) => boolean) => world.relay.seen.filter(wanted).length;

/** Moves the split of cart, as somebody else. */
async function move(percent: number): Promise<void> {
	const answer = await world.cluster.request({
		method: 'PATCH',
		path: servingPath('services', 'default', 'cart'),
		contentType: 'application/merge-patch+json',
		body: {
			spec: {
				traffic: [
					{revisionName: 'cart-00001', latestRevision: false, percent, tag: 'stable'},
					{revisionName: 'cart-00002', latestRevision: false, percent: 100 - percent, tag: 'canary'},
				],
			},
		},
	});
	expect(answer.status).toBe(200);
}

it('that is busy is asked again when it says so', async () => {
	let isBusy = true;
	world.relay.rules.answer = request => {
		if (!isBusy || !isList(request)) return undefined;
		isBusy = false;
		const body = status(429, 'TooManyRequests', 'The server is busy, try later');
		return {status: 429, body, headers: {'retry-after': '1'}};
	};
	await using terminal = open();
	await terminal.until(/cart [█▓▒░#=. ]+\d+│\d+/);
	expect(count(isList)).toBe(2);
});

it('whose history does not reach back is listed again', async () => {
	let isExpired = true;
	world.relay.rules.answer = request => {
		if (!isExpired || !isWatch(request)) return undefined;
		isExpired = false;
		return {status: 410, body: status(410, 'Expired', 'too old resource version: 1 (2)')};
	};
	await using terminal = open();
	await eventually(() => {
		expect({lists: count(isList), watches: count(isWatch)}).toEqual({lists: 2, watches: 2});
	});
	await move(70);
	await terminal.until(/cart [█▓▒░#=. ]+70│30/);
});

it('that breaks off in the middle of an event is asked on from there', async () => {
	let breaks = 0;
	world.relay.rules.object = object => {
		const traffic = at(object, 'spec')['traffic'];
		const isMoved = Array.isArray(traffic) && JSON.stringify(traffic).includes('"percent":55');
		if (object['kind'] !== 'Service' || !isMoved || breaks > 0) return;
		breaks++;
		throw new Error('cut');
	};
	await using terminal = open();
	await terminal.until(text => /cart [█▓▒░#=. ]+\d+│\d+/.test(text) && text.includes('watching'));
	await move(55);
	await terminal.until(/cart [█▓▒░#=. ]+55│45/);
	expect(breaks).toBe(1);
});
