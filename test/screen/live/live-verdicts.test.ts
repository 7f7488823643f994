import type {IncomingMessage, ServerResponse} from 'node:http';
import {expect, onTestFinished, test} from 'vitest';
import type {LoopSnapshot} from '../../../source/console/state/state.js';
import {createGatewayMonitor} from '../../../source/probe/judging/gateway-state.js';
import {createLoop} from '../../../source/probe/loop/loop.js';
import {toFailure} from '../../../source/probe/transport/failure.js';
import {clock} from '../../../source/screen/format.js';
import {splitVerdict} from '../../../source/stats/split-verdict.js';
import {changeLines, fittedVerdict, verdictLines} from '../../../source/screen/live/live-verdicts.js';
import {serveHttp, targetAt} from '../../probe/servers.js';
import {answerOf, comparisonOf} from './snapshot.js';
import {context, noon} from './verdicts/context.js';

test('a change that nobody made is said since when', () => {
	const change = {
		at: noon,
		before: new Map([
			['revision h-00001', 50],
			['revision h-00002', 50],
		]),
		after: new Map([['revision h-00002', 40]]),
		logE: 9,
	};
	expect(changeLines({change, alarm: undefined}, context)).toEqual([
		{
			tone: 'warning',
			sentence: `split unchanged, but since ${clock(noon)} all answers are …00002's`,
			shorter: [`split unchanged, but since ${clock(noon)} all answers are …00002's`],
		},
	]);
	const after = new Map([
		['code 500', 10],
		['revision h-00002', 30],
	]);
	expect(changeLines({change: {...change, after}, alarm: undefined}, context)[0]?.sentence).toContain(
		'…00002 75 %, 500 25 %, before …00001 50 %, …00002 50 %',
	);
	expect(changeLines({change: undefined, alarm: undefined}, context)).toEqual([]);
});

const snapshot = (part: Partial<LoopSnapshot>): LoopSnapshot => ({
	at: noon,
	weights: [],
	since: noon,
	splitSince: {at: noon, isFirst: true, weights: []},
	sent: 0,
	notSent: 0,
	answered: 0,
	errors: 0,
	refused: 0,
	gatewayAnswers: 0,
	unreached: 0,
	unattributed: 0,
	isAnyHostOpen: false,
	statusCodes: {},
	rows: [],
	verdict: undefined,
	target: {
		address: {host: '127.0.0.1', port: 80},
		authority: 'h.example.com',
		path: '/',
		scheme: 'http',
		protocol: 'http1',
	},
	state: 'running',
	rate: 1,
	tagRate: 0,
	burstLeft: 0,
	settling: false,
	inFlight: 0,
	settlingAnswers: 0,
	last: [],
	tags: [],
	comparing: true,
	comparison: undefined,
	history: [],
	gateway: {kind: 'answers'},
	silentSince: undefined,
	trouble: undefined,
	alarm: undefined,
	change: undefined,
	tagDoubt: undefined,
	suggestion: undefined,
	unheard: [],
	failures: [],
	timeline: [],
	atTags: new Map(),
	...part,
});

test('a gateway that is down is no matter of statistics: it is said first, with since when and how often', () => {
	const gateway = {
		kind: 'down',
		since: noon,
		requests: 12,
		sentence: 'Nothing listens at 127.0.0.1:80.',
	} as const;
	const trouble = {kind: 'down', count: 12, of: 12, sentence: gateway.sentence} as const;
	const [first] = verdictLines(snapshot({gateway, trouble}), context);
	expect(first?.tone).toBe('bad');
	expect(first?.sentence).toBe(`gateway down since ${clock(noon)} (12 requests)`);
	expect(first?.more).toContain('Nothing listens at 127.0.0.1:80.');
});

test.each([
	[100, `gateway down since ${clock(noon)} (18 requests): certificate not trusted (--cacert)`],
	// What fits in a pane of 80 columns.
	[74, `gateway down since ${clock(noon)}: certificate not trusted (--cacert)`],
	[40, `gateway down since ${clock(noon)} …`],
])('why a gateway is not reached stands beside it in %i columns, as far as there is room', (width, said) => {
	const error = Object.assign(new Error('self-signed certificate'), {code: 'DEPTH_ZERO_SELF_SIGNED_CERT'});
	const monitor = createGatewayMonitor();
	for (let n = 0; n < 18; n++) {
		const answer = {at: noon, latency: 1, outcome: toFailure(error, targetAt(443))};
		monitor.record(answer, 'unreached', {asked: 'service', isSettling: false, now: noon});
	}
	const [line] = verdictLines(snapshot({gateway: monitor.condition(noon)}), context);
	expect(line && fittedVerdict(line, width, '…')).toBe(said);
});

test('a gateway that answers by itself is said to, and that nobody of the service did', () => {
	const gateway = {
		kind: 'answers itself',
		since: noon,
		last: noon + 9000,
		requests: 20,
		isAll: true,
		code: '404',
		text: '404',
	} as const;
	const [first] = verdictLines(snapshot({gateway}), context);
	expect(first).toMatchObject({
		tone: 'bad',
		sentence: `the gateway itself answers 404 since ${clock(noon)} (20): no route for this host`,
	});
});

test('failures that users get are said before what the shares say', () => {
	const trouble = {
		kind: 'failures',
		count: 20,
		of: 200,
		sentence: 'users get failures: 20 of 200 (404 ×20)',
	} as const;
	const lines = verdictLines(snapshot({trouble}), context);
	expect(lines[0]).toEqual({tone: 'bad', sentence: 'users get failures: 20 of 200 (404 ×20)'});
	expect(lines.some(({tone}) => tone === 'good')).toBe(false);
});

test('what redirects lead to gives way on a narrow screen, and the key that chooses what to send does not', () => {
	const trouble = {
		kind: 'redirects',
		count: 20,
		of: 20,
		sentence:
			'20 of 20 answers are redirects (302 to http://h.example/a): nothing shows that a revision works',
		remedy: 'choose what to send',
	} as const;
	expect(verdictLines(snapshot({trouble}), context)[0]).toEqual({
		tone: 'warning',
		sentence: trouble.sentence,
		remedy: 'choose what to send (i)',
		shorter: ['20 of 20 answers are redirects'],
	});
});

test.each([
	['of the service', true, '8 of 8 answers are redirected to https · v asks over TLS'],
	['of the service', false, '8 of 8 answers are redirected to https · give --gateway https://…'],
	['any', true, 'the gateway redirects to https · v asks over TLS'],
])(
	'where %s host is redirected to https, it is said how TLS is spoken (known where: %s)',
	async (hosts, knowsTls, said) => {
		const target = targetAt((await serveHttp(redirecting)).port);
		function redirecting({headers: {host = ''}}: IncomingMessage, response: ServerResponse) {
			const isRedirected = hosts === 'any' || host === target.authority;
			response.writeHead(isRedirected ? 301 : 404, isRedirected ? {location: `https://${host}/`} : {}).end();
		}
		const loop = createLoop({target});
		onTestFinished(async () => loop.stop());
		loop.setEpoch({weights: [{revision: 'h-00001', percent: 100}], settling: false});
		const answered = Promise.withResolvers<void>();
		loop.subscribe(({answered: n, gatewayAnswers}) => {
			if (n + gatewayAnswers === 8) answered.resolve();
		});
		loop.burst(8);
		await answered.promise;
		const lines = verdictLines({...loop.snapshot(), state: 'running'}, {...context, knowsTls});
		const line = lines.find(({sentence}) => sentence.includes('https'));
		expect(line && fittedVerdict(line, 74, '…')).toBe(said);
		expect(JSON.stringify(lines)).not.toContain('choose what to send');
	},
);

test('what users got, and get no longer, is told as that, with the key that resets counts', () => {
	const sentence = 'the gateway was down for 100 of 266 requests, last 12:03:11';
	const trouble = {kind: 'down', count: 100, of: 266, sentence, isOver: true} as const;
	const lines = verdictLines(snapshot({trouble}), context);
	expect(lines[0]).toEqual({tone: 'warning', sentence, remedy: 'Z resets counts'});
	expect(lines.some(({tone}) => tone === 'good' || tone === 'bad')).toBe(false);
	const {isOver: _over, ...still} = trouble;
	expect(verdictLines(snapshot({trouble: still}), context)[0]).toEqual({tone: 'bad', sentence});
});

test('a line without room loses its last pieces, whole, and never what to do', () => {
	const line = {
		sentence: 'canary WORSE: fails 18 of 81, stable 0 of 81 · p50 311 ms vs 8 ms · since 12:00:00',
		remedy: 'R rolls back',
	};
	expect(fittedVerdict(line, 120, '…')).toBe(`${line.sentence} · R rolls back`);
	expect(fittedVerdict(line, 90, '…')).toBe(
		'canary WORSE: fails 18 of 81, stable 0 of 81 · p50 311 ms vs 8 ms · R rolls back',
	);
	expect(fittedVerdict(line, 70, '…')).toBe('canary WORSE: fails 18 of 81, stable 0 of 81 · R rolls back');
	// Half a number would be another number.
	expect(fittedVerdict(line, 40, '…')).toBe('canary WORSE … · R rolls back');
	const short = {...line, shorter: ['canary WORSE: fails 22 %', 'canary WORSE']};
	expect(fittedVerdict(short, 40, '…')).toBe('canary WORSE: fails 22 % · R rolls back');
	expect(fittedVerdict(short, 30, '…')).toBe('canary WORSE · R rolls back');
});

test('what a loop found that asks no more is said of the time when it asked', () => {
	const trouble = {kind: 'failures', count: 20, of: 200, sentence: 'test requests fail: 20 of 200'} as const;
	const last = [answerOf('Internal Server Error', {at: noon - 5000})];
	const line = (part: Partial<LoopSnapshot>) => verdictLines(snapshot({trouble, last, ...part}), context)[0];
	expect(line({state: 'paused'})?.sentence).toBe(
		`until ${clock(noon - 5000)}: test requests failed: 20 of 200`,
	);
	expect(line({state: 'running'})?.sentence).toBe('test requests fail: 20 of 200');
	expect(line({state: 'paused', burstLeft: 3})?.sentence).toBe('test requests fail: 20 of 200');
});

test('a wrong split is told as of the time when the gateway answered last', () => {
	const down = {kind: 'down', since: noon + 30_000, requests: 9, sentence: ''} as const;
	const alarm = {since: noon, last: noon + 20_000, isOver: false};
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 100, count: 0},
		{key: 'h-00002', percent: 0, count: 40},
	]);
	const sentences = (part: Partial<LoopSnapshot>) =>
		verdictLines(snapshot({verdict, alarm, state: 'running', ...part}), context).map(
			({sentence}) => sentence,
		);
	expect(sentences({gateway: down, silentSince: down.since})[1]).toMatch(
		new RegExp(`^until ${clock(noon + 30_000)}: wrong split`),
	);
	expect(sentences({gateway: {kind: 'answers'}})[0]).toMatch(/^wrong split/);
});

test('what answers came to is told as of the last of them while the gateway gives none', () => {
	const down = {kind: 'down', since: noon + 30_000, requests: 9, sentence: ''} as const;
	const verdict = splitVerdict([
		{key: 'h-00001', percent: 90, count: 90},
		{key: 'h-00002', percent: 10, count: 10},
	]);
	const lines = (part: Partial<LoopSnapshot>) =>
		verdictLines(snapshot({verdict, state: 'running', ...part}), context).map(
			({tone, sentence}) => `${tone} ${sentence}`,
		);
	expect(lines({gateway: {kind: 'answers'}})[0]).toBe(`good ${verdict?.sentence}`);
	expect(lines({gateway: down, silentSince: down.since})[1]).toBe(
		`warning until ${clock(noon + 30_000)}: ${verdict?.sentence}`,
	);
	const settling = lines({gateway: down, silentSince: down.since, settling: true});
	expect(settling[1]).toBe('waiting switching: answers not counted yet');
});

test('what is compared at tags is told as of now while the gateway only answers users itself', () => {
	const itself = {
		kind: 'answers itself',
		since: noon + 30_000,
		last: noon + 40_000,
		requests: 9,
		isAll: true,
		code: '503',
		text: '503',
	} as const;
	const down = {kind: 'down', since: noon + 30_000, requests: 9, sentence: ''} as const;
	const comparison = comparisonOf('h-00001', 'h-00002', {failed: 20});
	const lastLine = (gateway: LoopSnapshot['gateway'], part: Partial<LoopSnapshot> = {}) =>
		verdictLines(
			snapshot({gateway, silentSince: noon + 10_000, comparison, state: 'running', ...part}),
			context,
		).at(-1)?.sentence;
	expect(lastLine(itself)).toMatch(/^canary /);
	// Tags went on when users got the gateway's own answers, until it was down.
	expect(lastLine(down)).toMatch(new RegExp(`^until ${clock(noon + 30_000)}: canary `));
	const {target} = snapshot({});
	const {address, scheme} = target;
	expect(lastLine(down, {target: {...target, tagsAt: {address, scheme}}})).toMatch(/^canary /);
});
