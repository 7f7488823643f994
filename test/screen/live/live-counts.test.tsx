import {expect, it} from 'vitest';
import type {LoopSnapshot} from '../../../source/console/state/state.js';
import {defaultRequestOptions} from '../../../source/probe/transport/request-options.js';
import {LiveCounts} from '../../../source/screen/live/live-counts.js';
import {serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {canaryTraffic, knowing, one, two} from '../parts/state.js';
import {answerOf, rowOf, snapshotOf} from './snapshot.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});

const open = async (part: Partial<LoopSnapshot>, {page = 0, height = 16} = {}) =>
	openOnConsole(
		() => (
			<LiveCounts
				snapshot={snapshotOf(part)}
				page={page}
				service={service}
				requestOptions={defaultRequestOptions}
				isAlone={false}
				width={110}
				height={height}
			/>
		),
		{columns: 110, rows: height, state: knowing(service), isStill: true},
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
