/** With which code a write ends that was sent: what became of it, and whether the gateway has it. Scripts branch on it. */
import {beforeEach, describe, expect, it} from 'vitest';
import {release} from '../../../source/headless/write/release-command.js';
import {TransportError, type ApiAnswer, type Cluster} from '../../../source/kube/cluster.js';
import {servingPath} from '../../../source/kube/paths.js';
import {createUnderWay, type LastWords, type UnderWay} from '../../../source/release/under-way.js';
import {status} from '../../support/kube/api-server.js';
import {openOperators, services, type Operators} from './operators.js';

const before = '1=90#stable 2=10#canary';

let world: Operators;

beforeEach(async () => {
	world = await openOperators();
	await world.madeOf('cart', 3, before);
});

type Around = {
	/** Just before the write goes out. */
	first?: () => Promise<unknown>;
	/** Once it is made, before the answer comes back. */
	after?: () => unknown;
	/** What reading services gives once the write is out. */
	readAfter?: () => ApiAnswer;
};

/** The cluster with something around the write of `cart`. */
function around({first, after, readAfter}: Around): (own: Cluster) => Cluster {
	let isSent = false;
	return own => ({
		...own,
		async request(request) {
			const isWrite = request.method === 'PATCH' && request.path === `${services}/cart`;
			if (isWrite) {
				await first?.();
				isSent = true;
				const answer = await own.request(request);
				await after?.();
				return answer;
			}
			const isRead = request.method === 'GET' && request.path.startsWith(services);
			return isSent && isRead && readAfter ? readAfter() : own.request(request);
		},
	});
}

const forbidden = (): ApiAnswer => ({
	status: 403,
	body: status(403, 'Forbidden', 'services.serving.knative.dev is forbidden'),
	warnings: [],
});

function lost(): never {
	throw new TransportError('the connection broke', 'unknown');
}

/** Of the canary, which is not the newest: the Configuration makes that again. */
const removed = async () =>
	world.cluster.request({method: 'DELETE', path: servingPath('revisions', 'default', 'cart-00002')});

/** To halves, by somebody who waits for the gateway for as long. */
const halves = async (through: (own: Cluster) => Cluster, wait: number) =>
	world.run('split', 'cart', {shares: ['1=50', '2=50'], through, wait});

describe('made and followed to the gateway', () => {
	it('ends with 0 once it is in place', async () => {
		expect(await halves(own => own, 60_000)).toMatchObject({
			code: 0,
			arrival: {kind: 'moved'},
			sentence: 'Done: the server took it. It is in place, says Knative.',
		});
	});

	it('ends with 6 where the gateway is not seen to have it in time', async () => {
		expect(await halves(around({readAfter: forbidden}), 100)).toMatchObject({
			code: 6,
			outcome: 'done',
			arrival: {kind: 'late'},
			sentence: expect.stringMatching(/^Done: the server took it\. .* after 0\.1 s/),
		});
		expect(await world.splitOf('cart')).toBe('1=50#stable 2=50#canary');
	});

	it('ends with 6 where the route says no after the server has said yes', async () => {
		expect(await halves(around({first: removed}), 60_000)).toMatchObject({
			code: 6,
			outcome: 'done',
			arrival: {kind: 'refused'},
			sentence: expect.stringMatching(
				/^Done: the server took it\. But the route refuses it: RevisionMissing: /,
			),
		});
	});

	it('ends with 6 where somebody has changed it again before it was in place', async () => {
		const changed = around({after: async () => world.split('cart', '1=70#stable 2=30#canary')});
		expect(await halves(changed, 60_000)).toMatchObject({
			code: 6,
			outcome: 'done',
			arrival: {kind: 'changed again'},
		});
	});
});

it('what is asked for already ends with 6 as long as the route refuses it, and with 0 for who does not wait', async () => {
	await removed();
	await world.split('cart', '1=50#stable 2=50#canary');
	expect(await halves(own => own, 60_000)).toMatchObject({
		code: 6,
		arrival: {kind: 'refused'},
		sentence: expect.stringMatching(/^cart has this split already\. But the route refuses it: /),
	});
	expect(await halves(own => own, 0)).toMatchObject({code: 0, sentence: 'cart has this split already.'});
});

it('ends with 4 where the answer was lost and reading again tells nothing', async () => {
	expect(await halves(around({after: lost, readAfter: lost}), 60_000)).toMatchObject({
		code: 4,
		outcome: 'unknown',
		sentence: expect.stringMatching(/^Not known whether it was done: the connection broke/),
	});
});

/** What is under way, and each last words that it was given. */
function watched(): {underWay: UnderWay; words: LastWords[]} {
	const words: LastWords[] = [];
	const own = createUnderWay();
	const begin: UnderWay['begin'] = title => {
		const mine = own.begin(title);
		return {
			...mine,
			settled(last) {
				words.push(last);
				mine.settled(last);
			},
		};
	};
	return {underWay: {...own, begin}, words};
}

/** The last words there would have been of the same split, in turn. */
const ended = async (through: (own: Cluster) => Cluster, wait: number): Promise<LastWords[]> => {
	const {underWay, words} = watched();
	await release(
		{
			verb: 'split',
			namespace: 'default',
			service: 'cart',
			shares: ['1=50', '2=50'],
			dryRun: false,
			yes: true,
			production: false,
			reason: '',
			wait,
		},
		{
			cluster: through(world.cluster),
			history: undefined,
			underWay,
			show() {},
			agree: undefined,
			progress() {},
		},
	);
	return words;
};

describe('what a program that is ended says of it', () => {
	it('while it waits for the gateway, is that this was not waited for: 6', async () => {
		expect(await ended(own => own, 60_000)).toEqual([
			{
				code: 6,
				sentence: 'Done: the server took it. Whether the gateway has it was not waited for.',
			},
		]);
	});

	it('is that it was done, where nobody waits: 0', async () => {
		expect(await ended(own => own, 0)).toEqual([{code: 0, sentence: 'Done: the server took it.'}]);
	});

	it('is that it is not known where the answer was lost: 4', async () => {
		expect(await ended(around({after: lost, readAfter: lost}), 60_000)).toEqual([
			{code: 4, sentence: expect.stringMatching(/^Not known whether it was done: /)},
		]);
	});
});
