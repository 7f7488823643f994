/**
 * What counts as evidence, in the built program: what the panel of a console says, and what `verify` says, in front of the same
 * gateways and revisions. Each was once called good, or called bad, and was not.
 */
import {gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import {page, type FrontAnswer, type FrontRule} from '../../support/gateway/front-gateway.js';
import type {World} from '../../support/world.js';
import {evidenceWorld, host, lies, openInFront, verify} from './parts/evidence-world.js';

const isNew = ({body}: FrontAnswer) => String(body).includes('v2');
const isAtTag = (name = '') => /^(stable|canary)-/.test(name);

const answersNew =
	(status: number): FrontRule =>
	async (_, ask) => {
		const answer = await ask();
		return isNew(answer) ? {...answer, status, body: 'Cannot GET /\n'} : answer;
	};

const packed: FrontRule = async (_, ask) => {
	const {status, headers, body} = await ask();
	return {
		status,
		headers: {...headers, 'content-encoding': 'gzip'},
		body: gzipSync(`${String(body)}request ${Math.random()}\n`),
	};
};

/** The third revision has a share and no tag; the second a tag and no share, and says what the third says. */
async function oneUnheard(world: World): Promise<void> {
	await anotherRevision(world, 'Cart v2');
	await world.split('cart', [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00002', percent: 0, tag: 'canary'},
		{revisionName: 'cart-00003', percent: 10},
	]);
}

/** Two that say the same. */
async function alike(world: World): Promise<void> {
	await anotherRevision(world, 'Cart');
	await world.split('cart', [
		{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
		{revisionName: 'cart-00003', percent: 10, tag: 'canary'},
	]);
}

async function anotherRevision(world: World, greeting: string): Promise<void> {
	await world.patch('cart', {
		spec: {
			template: {
				spec: {
					containers: [
						{
							image: 'registry.example.com/samples/helloworld-go:1',
							args: ['again'],
							env: [{name: 'TARGET', value: greeting}],
						},
					],
				},
			},
			traffic: [{revisionName: 'cart-00001', percent: 100}],
		},
	});
	await expect
		.poll(async () => (await world.service('cart')).latestReady, {timeout: 20_000})
		.toBe('cart-00003');
}

type EvidenceScene = {
	what: string;
	rule?: FrontRule;
	prepare?: (world: World) => Promise<void>;
	panel: RegExp;
	/** What must not be there when the panel says that. */
	never: RegExp;
	code: number;
	verify: RegExp;
};

const good = /✓ (No contradiction|canary not worse)/;
const bad = /✗ /;

const scenes: EvidenceScene[] = [
	{
		what: 'a new revision that answers 404 where the old one answers 200',
		rule: answersNew(404),
		panel:
			/test requests fail: \d+ of \d+ \(404 ×\d+\)[^]*✗ canary WORSE|✗ canary WORSE[^]*test requests fail: \d+ of \d+ \(404/,
		never: good,
		code: 2,
		verify: /test requests fail: \d+ of \d+ \(404 ×\d+\)/,
	},
	{
		what: 'a new revision that answers 401 where the old one answers 200',
		rule: answersNew(401),
		panel: /✗ canary WORSE since [\d:]+, last [\d:]+: fails \d+ of \d+, stable 0 of \d+/,
		never: good,
		code: 2,
		verify: /test requests fail: \d+ of \d+ \(401 ×\d+\)/,
	},
	{
		what: 'a load balancer that answers every host by itself',
		rule: async () => page(404, 'ALB'),
		panel: /✗ the gateway itself answers 404 .* since [\d:]+ \(\d+\)/,
		never: good,
		code: 3,
		verify: /answers are the gateway's own \(404.*no revision answered/,
	},
	{
		what: 'a load balancer with a rule for the main host only',
		rule: async request => (isAtTag(request.headers.host) ? page(404, 'ALB') : undefined),
		panel: /may have no rule for tag hosts/,
		never: /✓ canary|✗ (?!404)/,
		code: 2,
		verify: /may have no rule for tag hosts/,
	},
	{
		what: 'a default backend that answers any host well, but those of the service',
		rule: async ({headers: {host: asked = ''}}) =>
			asked === host ? undefined : {status: 200, headers: {}, body: `Welcome to ${asked}\n`},
		panel: /not compared: the tag of cart-00002 answers what any host gets \(Welcome to canary-cart/,
		never: /✓ canary|✗ /,
		code: 2,
		verify: /The tag canary teaches nothing: it answers what any host gets \(Welcome to canary-cart/,
	},
	{
		what: 'a default backend that answers any host well, and says each its name',
		rule: async ({headers: {host: asked = ''}}) => ({
			status: 200,
			headers: {},
			body: `Welcome to ${asked}\n`,
		}),
		panel: /any host gets \d+ of \d+ answers/,
		never: /✓ |✗ /,
		code: 2,
		verify: /Cannot tell: any host gets \d+ of \d+ answers \(Welcome to cart\.default/,
	},
	{
		what: 'a tag of one revision alone that leads to a default backend',
		rule: async ({headers: {host: asked = ''}}) =>
			/^(?:canary-|kn-canary-)/.test(asked) ? {status: 200, headers: {}, body: 'It works!\n'} : undefined,
		panel: /not compared: the tag of cart-00002 answers what any host gets \(It works!\)/,
		never: /✓ canary|✗ /,
		code: 2,
		verify: /The tag canary teaches nothing: it answers what any host gets \(It works!\)/,
	},
	{
		what: 'a gateway that gives users another split',
		prepare: lies,
		panel:
			/in place, says Knative; users get another split[^]*✗ wrong split: set 90│10, users get \d+│\d+ for/,
		never: good,
		code: 1,
		verify: /✗ Disagrees/,
	},
	{
		what: 'a revision with a share that was never heard',
		prepare: oneUnheard,
		panel: /unattributed.{1,3}t adds a tag URL/,
		never: bad,
		code: 2,
		verify: /cart-00003 has no tag URL/,
	},
	{
		what: 'a healthy split of two that say the same',
		prepare: alike,
		panel: /Revisions answer identically/,
		never: bad,
		code: 2,
		verify: /cart-00001 and cart-00003 answer identically/,
	},
	{
		what: 'bodies that come compressed unasked',
		rule: packed,
		panel: /Hello Cart! [^]*Hello Cart v2! [^]*✓|✓[^]*Hello Cart! [^]*Hello Cart v2! /,
		never: bad,
		code: 0,
		verify: /✓ Agrees/,
	},
];

const test = evidenceWorld();

describe('in the panel and in verify', () => {
	it.each(scenes)('$what', async ({rule, prepare, panel, never, code, verify: said}) => {
		await prepare?.(test.world);
		const {terminal, gateway} = await openInFront(test, rule);
		terminal.press('space');
		const screen = await terminal.until(panel);
		expect(screen.slice(screen.indexOf('4 Live'))).not.toMatch(never);
		terminal.press('space');
		const ended = await verify(test, gateway);
		expect(ended.output.replaceAll(/\s+/g, ' ')).toMatch(said);
		expect(ended.code).toBe(code);
		expect(/✓/.test(ended.output)).toBe(code === 0);
	});
});
