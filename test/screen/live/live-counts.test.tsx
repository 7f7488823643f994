import {expect, it} from 'vitest';
import {selectionOf} from '../../../source/console/state/selection.js';
import type {ConsoleState, LoopSnapshot} from '../../../source/console/state/state.js';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import {LiveCounts} from '../../../source/screen/live/live-counts.js';
import {serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {canaryTraffic, knowing, one, two} from '../parts/state.js';
import {splitVerdict} from '../../../source/stats/split-verdict.js';
import {answerOf, rowOf, snapshotOf, unheardRow} from './snapshot.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});

const open = async (
	part: Partial<LoopSnapshot>,
	{page = 0, height = 16, state = {}}: {page?: number; height?: number; state?: Partial<ConsoleState>} = {},
) =>
	openOnConsole(
		() => (
			<LiveCounts
				snapshot={snapshotOf(part)}
				page={page}
				service={service}
				requestOptions={state.requestOptions ?? defaultRequestOptions}
				isAlone={false}
				width={110}
				height={height}
			/>
		),
		{columns: 110, rows: height, state: {...knowing(service), ...state}, isStill: true},
	);

it('begins with what is bad, with the status codes beside what is not', async () => {
	const rows = [rowOf(one, 90, 90), rowOf(two, 10, 10)];
	const trouble = {kind: 'failures', count: 20, of: 100, sentence: 'users get failures: 20 of 100'} as const;
	const bad = await open({rows, trouble, statusCodes: {'200': 80, '500': 20}});
	expect(bad.screen().split('\n')[0]).toMatch(/^✗ users get failures: 20 of 100 *$/);
	const calm = await open({rows, statusCodes: {'200': 100}});
	expect(calm.screen().split('\n')[0]).toMatch(/200 ×100 *$/);
});

it('has a row a revision, what was answered below it, and no more lines than there is room for', async () => {
	const rows = [rowOf(one, 90, 90), rowOf(two, 10, 10)];
	const last = Array.from({length: 30}, (_, index) => answerOf(`answer ${index}.`, {order: index}));
	const {screen} = await open({rows, last}, {height: 12});
	expect(screen()).toMatch(/…00001 .*90[^]*…00002 .*10[^]*answer 29\./);
	expect(screen().split('\n').length).toBeLessThanOrEqual(12);
});

it('of an earlier split shows the counts of then, and the way back', async () => {
	const past = {...snapshotOf({answered: 7, rows: [rowOf(one, 7, 100)]}), until: Date.now()};
	const {screen} = await open({history: [past], rows: [rowOf(two, 55, 10)]}, {page: 1});
	expect(screen()).toContain('counts under an earlier split');
	expect(screen()).toContain('] goes on to the next');
	expect(screen()).toMatch(/…00001/);
	expect(screen()).not.toMatch(/…00002 .*55/);
});

it('says why no tag is asked, and advises no tag, where none may be asked beside a host of its own', async () => {
	const state: Partial<ConsoleState> = {
		selected: selectionOf(service),
		requestOptions: {...defaultRequestOptions, host: 'shop.example.org'},
		gateway: {
			kind: 'found',
			host: '127.0.0.1',
			port: 80,
			tls: false,
			via: 'door',
			ownMissing: 'The gateway of the service is not found',
		},
	};
	const split = [
		{key: one, percent: 90, count: 0},
		{key: two, percent: 10, count: 0},
	];
	const verdict = splitVerdict(split, [{candidates: [one, two], count: 40}]);
	const rows = [unheardRow([one, two], 40)];
	const part = {comparing: true, rows, unheard: [two], answered: 40, verdict};
	const {text} = await open(part, {state});
	expect(text()).toContain('No tag can be asked: The gateway of the service is not found');
	expect(text()).not.toMatch(/no pair answered yet|adds/);
	expect((await open(part)).text()).toContain('t adds a tag URL');
});
