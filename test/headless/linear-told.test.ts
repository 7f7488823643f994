/** What the linear mode tells of a verdict. */
import {expect, test} from 'vitest';
import {verdictOf, type ServiceVerdict} from '../../source/console/live/verdicts.js';
import {
	countLines,
	revisionsTold,
	revisionWords,
	serviceWords,
	spoken,
	toldOf,
	verdictWords,
} from '../../source/headless/linear/told.js';
import {formatRejection} from '../../source/knative/release/evidence/rejection.js';
import {keyOf} from '../../source/console/tables/object-name.js';
import {selectionOf} from '../../source/console/state/selection.js';
import {createConsoleStore, type LoopSnapshot} from '../../source/console/state/state.js';
import {createLoop} from '../../source/probe/loop/loop.js';
import {revisionName, revisionView, serviceView} from '../knative/objects.js';
import {comparisonOf, rowOf, snapshotOf, unheardRow} from '../screen/live/snapshot.js';
import {targetAt} from '../probe/servers.js';

const calm = verdictOf('uid', createLoop({target: targetAt(80)}).snapshot());
const canary = {revision: 'cart-00002', asked: 40, failed: 9, p50: 12};
const words = (part: Partial<ServiceVerdict>) => verdictWords('cart', {...calm, canary, ...part});

test.each<[string, Partial<ServiceVerdict>, string]>([
	[
		'a canary that users get and is worse is to be rolled back',
		{tone: 'bad', word: 'worse'},
		'ALARM: cart is worse. rollback (8) takes it back; counts (20) says why.',
	],
	[
		'one that no user gets is to be given up',
		{tone: 'warning', word: 'worse', isCanaryUnused: true, isCanaryUnusedShown: true},
		'Verdict: cart-00002 of cart is worse, and no user gets it. abandon (10) gives it up; counts (20) says why.',
	],
	[
		'one that answers as another does may have users all the same',
		{tone: 'warning', word: 'worse', isCanaryUnused: true, isCanaryUnusedShown: false},
		'Verdict: cart-00002 of cart is worse, and is set to get no user. abandon (10) gives it up; counts (20) says why.',
	],
	[
		'a roll back is no cure for a gateway that does something else than is set',
		{tone: 'bad', word: 'wrong'},
		'ALARM: cart is wrong. again (23) sends the split once more; counts (20) says why.',
	],
	[
		'a gateway that is down has no counts',
		{tone: 'bad', word: 'down'},
		'ALARM: cart is down. verify (13) says what the gateway answers, if it does.',
	],
	[
		'a roll back is no cure for what no revision answers',
		{tone: 'bad', word: 'failing', trouble: {kind: 'gateway', count: 9, of: 90, sentence: 'so it is'}},
		'ALARM: cart is failing. verify (13) says what the gateway answers, if it does.',
	],
	[
		'a doubt is told with what it is',
		{
			tone: 'warning',
			word: 'unsure',
			trouble: {kind: 'failures', count: 2, of: 9, sentence: '2 of 9 failed'},
		},
		'Doubtful: cart is unsure. 2 of 9 failed. counts (20) says why.',
	],
])('%s', (_, part, sentence) => {
	expect(words(part)).toBe(sentence);
});

test.each([
	[1, 2, '1 of 2 pods'],
	[1, 0, '1 pod, going down to 0'],
	[3, 1, '3 pods, going down to 1'],
	[0, 0, 'no pods'],
])('%i pods where %i are wanted are no part of those', (actualReplicas, desiredReplicas, pods) => {
	expect(revisionWords({...revisionView(1), actualReplicas, desiredReplicas})).toContain(`, ${pods}, image `);
});

test('counts of before are told as such while the gateway answers nothing, and no share of two splits', () => {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	const service = serviceView();
	const since = 1_700_000_000_000;
	const linesOf = (part: Partial<LoopSnapshot>) => {
		const snapshot = snapshotOf({rows: [rowOf(revisionName(1), 60, 90)], answered: 60, ...part});
		const live = {uid: service.uid, page: 0, background: 0, snapshot};
		store.setState({services: [service], selected: selectionOf(service), namespace: 'default', live});
		return countLines(store.getState()).join('\n');
	};
	const down = {kind: 'down', since, requests: 3, sentence: ''} as const;
	expect(linesOf({})).toMatch(/got 90\.0 % \(0 to 100\),/);
	expect(linesOf({})).not.toContain('of before');
	const silence =
		/^No revision has answered at the service's own URL since \d\d:\d\d:\d\d; what follows is of before\.$/m;
	expect(linesOf({gateway: down, silentSince: since})).toMatch(silence);
	// One request that is lost is no silence.
	expect(linesOf({gateway: down})).not.toContain('of before');
	const comparison = comparisonOf(revisionName(1), revisionName(2), {failed: 20});
	const placesOf = (part: Partial<LoopSnapshot>) => {
		const lines = linesOf({comparison, silentSince: since, ...part}).split('\n');
		return {
			silent: lines.findIndex(line => silence.test(line)),
			tags: lines.findIndex(line => line.includes(' at its tag: ')),
		};
	};
	// What tags answer goes on while only users get nothing, and does not while nothing is reached.
	const goesOn = placesOf({});
	expect(goesOn.tags).toBeLessThan(goesOn.silent);
	const stops = placesOf({gateway: down});
	expect(stops.tags).toBeGreaterThan(stops.silent);
	expect(linesOf({alarm: {since, last: since, isOver: true}})).toMatch(/got 100\.0 % lately,/);
});

test('what each revision is in the release is told, and that it was rejected', () => {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	const service = serviceView({
		traffic: [
			{revisionName: revisionName(1), percent: 100, tag: 'stable'},
			{revisionName: revisionName(2), percent: 0, tag: 'canary'},
		],
		ready: 2,
	});
	const gone = {...revisionView(3), rejected: formatRejection({by: 'ann', at: 0, why: '5xx'})};
	store.setState({
		services: [service],
		revisions: new Map([[keyOf(service), [gone, revisionView(2), revisionView(1)]]]),
	});
	expect(revisionsTold(store.getState(), service).map(({sentence}) => sentence)).toEqual([
		expect.stringContaining('-00001 (stable): Ready'),
		expect.stringContaining('-00002 (canary): Ready'),
		expect.stringContaining('-00003: Rejected, Ready'),
	]);
});

test.each([
	['alike', [], 'Revisions answer identically. Another part of the answer (--fingerprint)'],
	['unheard', [revisionName(2)], `What ${revisionName(2)} answers is not known: tag (11) gives it a URL`],
] as const)('counts of answers of nobody for certain (%s) end with what helps', (why, unheard, remedy) => {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	const service = serviceView();
	const open = {...rowOf(revisionName(1), 9, 100), revision: undefined, why};
	const snapshot = snapshotOf({rows: [open], answered: 9, unheard});
	const live = {uid: service.uid, page: 0, background: 0, snapshot};
	store.setState({services: [service], selected: selectionOf(service), namespace: 'default', live});
	expect(countLines(store.getState()).join('\n')).toContain(remedy);
});

test('where there is no way back none is named', () => {
	const failing = {...calm, canary, tone: 'bad', word: 'failing'} as const;
	expect(verdictWords('cart', failing, {takesBack: false})).toBe(
		'ALARM: cart is failing. log (22) reads what it logs; counts (20) says why.',
	);
});

test.each([
	['cart was deleted. ↑↓ selects another service.', 'cart was deleted. use chooses another service.'],
	['cart-00002 was deleted. ↑↓ in pane 2 selects another revision.', 'cart-00002 was deleted.'],
	[
		'The gateway redirects http to https://a/; v asks again over TLS, at h:443.',
		'The gateway redirects http to https://a/; verify (13) asks again over TLS, at h:443.',
	],
	['cart is now 90│10', 'cart is now 90 to 10'],
])('%s is told without keys and panes', (onScreen, heard) => {
	expect(spoken(onScreen)).toBe(heard);
});

test('a login that the API server refuses is told of while its watches go on', () => {
	const {getState, setState} = createConsoleStore({to: 'test', namespace: 'default'});
	setState({feeds: {services: {kind: 'live'}, revisions: {kind: 'live'}}});
	expect(toldOf(getState()).get('watch')).toMatch(/^Watching: /);
	setState({standing: {isRefused: true}});
	expect(toldOf(getState()).get('watch')).toMatch(/^Login refused: /);
});

test('where no tag may be asked that is said, and no tag is advised', () => {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	const service = serviceView();
	const rows = [unheardRow([revisionName(1), revisionName(2)], 40)];
	const snapshot = snapshotOf({rows, answered: 40, unheard: [revisionName(2)]});
	store.setState({
		services: [service],
		selected: selectionOf(service),
		namespace: 'default',
		live: {uid: service.uid, page: 0, background: 0, snapshot},
	});
	const said = () => countLines(store.getState()).join('\n');
	expect(said()).toContain('gives it a URL of its own');
	const {requestOptions} = store.getState();
	const ownMissing = 'its gateway is not found';
	store.setState({
		requestOptions: {...requestOptions, host: 'shop.example.org'},
		gateway: {kind: 'found', host: '127.0.0.1', port: 80, tls: false, via: 'door', ownMissing},
	});
	expect(said()).toContain('No tag can be asked: its gateway is not found');
	expect(said()).not.toContain('gives it a URL of its own');
});

test('a tag is called one, whatever the part of its revision in the release', () => {
	const service = serviceView({
		traffic: [
			{revisionName: revisionName(1), percent: 100},
			{revisionName: revisionName(2), percent: 0, tag: 'canary'},
		],
		ready: 2,
	});
	expect(serviceWords(service)).toContain('-00002 0 % (tag canary)');
});

test('a key of the screen that gives a canary up is told as the command', () => {
	expect(spoken('cart has no way back. X gives cart-00003 up.')).toBe(
		'cart has no way back. abandon (10) gives cart-00003 up.',
	);
});
