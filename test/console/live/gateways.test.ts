/**
 * What the panel says in front of gateways and revisions that are not as they should be: the same ones as `verify` is asked
 * of in test/headless/evidence/evidence.test.ts. No verdict may be good at any moment, nor any revision accused that had no part in it.
 */
import {gzipSync} from 'node:zlib';
import {expect, onTestFinished, test} from 'vitest';
import {createConsole, type Console} from '../../../source/console/console.js';
import {pairOf} from '../../../source/console/live/compared-pair.js';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import {revisionsOf, selectedService} from '../../../source/console/state/read.js';
import type {LoopSnapshot} from '../../../source/console/state/state.js';
import {until} from '../../../source/demo/wait.js';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import {verdictLines} from '../../../source/screen/live/live-verdicts.js';
import {contradiction} from '../../../source/screen/panes/gateway-evidence.js';
import {patchSpec, trafficOf, type SandboxWorld} from '../../headless/sandbox.js';
import {isNew, openAlike, openUnheard, openWorld} from '../../headless/evidence/worlds.js';
import {inFrontOf, page, type FrontRule} from '../../support/gateway/front-gateway.js';
import {selectNamed} from '../../support/select.js';

const requestOptions = {...defaultRequestOptions, rate: 50, maxRate: 200, timeout: 2000};

/** A console that asks cart through this gateway, with all that its panel ever said. */
async function watch({sandbox, cluster}: SandboxWorld, rule: FrontRule) {
	const console = createConsole({
		to: 'sandbox',
		namespace: 'default',
		gateway: await inFrontOf(sandbox, rule),
		requestOptions,
	});
	onTestFinished(async () => console.stop());
	console.connected({...cluster, close: async () => undefined});
	await until(
		console.store,
		'cart and its revisions',
		state => revisionsOf(state, {namespace: 'default', name: 'cart'}).length > 0,
	);
	selectNamed(console.store, 'cart');
	await until(console.store, 'gateway', ({gateway}) => gateway.kind === 'found');
	const praised: string[] = [];
	console.store.subscribe(({live}) => {
		if (!live) return;
		if (verdictOf(live.uid, live.snapshot).tone === 'good') praised.push('service');
		praised.push(...linesOf(console, live.snapshot).filter(line => line.startsWith('good')));
	});
	await console.live.toggle();
	return {console, praised};
}

function linesOf({store}: Console, snapshot: LoopSnapshot): string[] {
	const state = store.getState();
	const service = selectedService(state);
	if (!service) return [];
	const pair = pairOf(service, revisionsOf(state, service));
	const context = {service: 'cart', isRefused: false, askedBy: 'http', pair, now: snapshot.at} as const;
	return verdictLines(snapshot, context).map(
		({tone, sentence, remedy}) =>
			`${tone}: ${[sentence, ...(remedy === undefined ? [] : [remedy])].join(' · ')}`,
	);
}

/** What the panel says once so many answers of whatever kind came. */
async function said(console: Console, answers: number): Promise<{lines: string; snapshot: LoopSnapshot}> {
	const enough = ({answered, gatewayAnswers}: LoopSnapshot) => answered + gatewayAnswers >= answers;
	await until(console.store, `${answers} answers`, ({live}) => live !== undefined && enough(live.snapshot));
	const snapshot = console.store.getState().live?.snapshot;
	if (!snapshot) throw new Error('the loop is gone');
	return {lines: linesOf(console, snapshot).join('\n'), snapshot};
}

const verdictIn = ({store}: Console) => store.getState().verdicts.values().next().value;

test.each([404, 401])(
	'a new revision that answers %i where the old one answers 200 is worse, and nothing is good',
	async status => {
		const {console, praised} = await watch(await openWorld(), async (_, ask) => {
			const answer = await ask();
			return isNew(answer) ? {...answer, status, body: 'Cannot GET /\n'} : answer;
		});
		const {lines, snapshot} = await said(console, 200);
		expect(lines).toMatch(/bad: test requests fail: \d+ of \d+ \(40[14] ×\d+\)/);
		expect(lines).toMatch(/bad: canary WORSE since [\d:]+, last [\d:]+: fails \d+ of \d+, stable 0 of \d+/);
		expect(snapshot.failures).toContainEqual(
			expect.objectContaining({code: String(status), at: 'tag', revisions: ['cart-00002']}),
		);
		expect(praised).toEqual([]);
	},
);

test.each([
	['a load balancer', page(404, 'ALB')],
	['another ingress controller', {status: 404, headers: {}, body: '404 page not found\n'}],
	['a maintenance page', page(503, 'CDN')],
])(
	'%s that answers every host by itself is no service, also where the split is 100 %%',
	async (_, answer) => {
		const world = await openWorld();
		await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 100})});
		const {console, praised} = await watch(world, async () => answer);
		const {lines} = await said(console, 60);
		expect(lines).toMatch(/bad: the gateway itself answers (404|503) .* since [\d:]+ \(\d+\)/);
		expect(praised).toEqual([]);
		// The bar of 100 % is not one of what users get, and it is said why.
		const verdict = verdictIn(console);
		expect(verdict).toMatchObject({tone: 'bad'});
		expect(contradiction(verdict)).toMatch(
			/^users get (404|503) from the gateway itself since .* S sends the split again/,
		);
	},
);

test('a load balancer that has a rule for the main host only leaves canary and split unjudged', async () => {
	const {console, praised} = await watch(await openWorld(), async request =>
		/^r\d-/.test(request.headers.host ?? '') ? page(404, 'ALB') : undefined,
	);
	const {lines} = await said(console, 150);
	expect(lines).toContain('may have no rule for tag hosts');
	expect(lines).not.toMatch(/bad:|WORSE/);
	expect(praised).toEqual([]);
});

test.each([
	['the service', 'cart.default.example.com'],
	['the old revision', 'r1-cart.default.example.com'],
])('tag hosts that all lead to %s prove nothing of the canary', async (_, host) => {
	const {console, praised} = await watch(await openWorld(), async request => {
		if (/^r\d-/.test(request.headers.host ?? '')) request.headers.host = host;
		return undefined;
	});
	// It would be called good from 69 pairs without a failure on.
	await until(console.store, '80 pairs', ({live}) => (live?.snapshot.comparison?.pairs ?? 0) >= 80);
	const {lines} = await said(console, 1);
	expect(lines).toMatch(
		/waiting: canary not worse so far, if it was asked: the tags' answers do not differ · .* · choose what to compare \(i\)/,
	);
	expect(verdictIn(console)).toMatchObject({failureBound: 1});
	expect(praised).toEqual([]);
});

test('a revision with a share that was never heard is not accused of what another says', async () => {
	const world = await openUnheard();
	const {console} = await watch(world, async () => undefined);
	const {lines, snapshot} = await said(console, 150);
	expect(snapshot.verdict?.state).toBe('unjudgeable');
	expect(lines).not.toMatch(/bad:/);
	expect(lines).toContain('unattributed · t adds a tag URL');
});

test('a healthy split of two that say the same is not called wrong', async () => {
	const world = await openAlike();
	const {console} = await watch(world, async () => undefined);
	const {lines} = await said(console, 150);
	expect(lines).toContain('Revisions answer identically');
	expect(lines).not.toMatch(/bad:/);
});

test('bodies that come compressed unasked are read, and are not a row each', async () => {
	const {console} = await watch(await openWorld(), async (_, ask) => {
		const {status, headers, body} = await ask();
		return {
			status,
			headers: {...headers, 'content-encoding': 'gzip'},
			body: gzipSync(`${String(body)}request ${Math.random()}\n`),
		};
	});
	const {snapshot} = await said(console, 100);
	expect(snapshot.rows.map(({fingerprint}) => fingerprint)).toEqual(['Hello Cart!', 'Hello Cart v2!']);
});

test('what users get instead of what Knative says is said by pane 3 and by a roll back, and the split can be sent again', async () => {
	const world = await openWorld();
	await patchSpec(world.cluster, 'cart', {traffic: trafficOf('cart', {1: 100, 2: 0})});
	await world.sandbox.gatewayFaults.set({
		weights: {'cart.default.example.com': {'cart-00001': 0, 'cart-00002': 1}},
	});
	const {console} = await watch(world, async () => undefined);
	const {store} = console;
	const wrong = /^set 100│0, users get 0│100 for \d+ s · S sends it again · check KIngress, gateway pods$/;
	await until(store, 'a wrong split', () => wrong.test(contradiction(verdictIn(console)) ?? ''));
	console.rollBack();
	expect(store.getState().notice).toMatchObject({
		tone: 'bad',
		text: expect.stringMatching(
			/That is what Knative says; set 100│0, users get 0│100\. S sends the split again/,
		),
	});
	console.sendAgain();
	await until(store, 'a dry run that is accepted', ({sheets}) => {
		const sheet = sheets.at(-1);
		return sheet?.kind === 'review' && sheet.dryRun.kind === 'accepted';
	});
	await console.confirm();
	await until(store, 'what became of it', ({notice}) => notice?.text.includes('was sent again') === true);
	const kingress = '/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses/cart';
	await expect
		.poll(async () => (await world.cluster.request({method: 'GET', path: kingress})).body)
		.toMatchObject({
			metadata: {annotations: {'kn-canary.dev/sent-again': expect.stringMatching(/^20\d\d-/)}},
		});
	// It is no change of the split: there is nothing to undo because of it.
	expect(selectedService(store.getState())?.specTraffic.map(({percent}) => percent)).toEqual([100, 0]);
});
