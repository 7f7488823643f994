import {expect, it} from 'vitest';
import type {Chart} from '../../../source/console/live/chart-columns.js';
import {ChartView, LiveChart} from '../../../source/screen/live/live-chart.js';
import {useConsoleState} from '../../../source/screen/use-console.js';
import {openOnConsole} from '../parts/on-console.js';
import {two} from '../parts/state.js';
import {snapshotOf} from './snapshot.js';

const chart: Chart = {
	start: new Date(2026, 10, 26, 12, 0, 0).getTime(),
	duration: 1000,
	errors: [0, 0, 0.01, 0.02],
	revisions: [
		{revision: two, share: [0.1, 0.2, 0.2, 0.13], errors: [0, 0, 0.5, 0.22], p95: [30, 40, 380, 382]},
	],
	marks: [],
};

async function open(height: number) {
	const asked: number[] = [];
	const drawn = await openOnConsole(
		() => (
			<ChartView
				chart={columns => {
					asked.push(columns);
					return chart;
				}}
				order={[two]}
				title="probes"
				service="helloworld-go"
				marks={undefined}
				width={90}
				height={height}
			/>
		),
		{columns: 90, rows: 8},
	);
	return {...drawn, asked};
}

it('has lines of time, shares, errors and latency, as wide as its columns', async () => {
	const {screen, asked} = await open(6);
	expect(screen()).toMatch(/12:00:00[^]*share +…00002 .*13 %[^]*errors[^]*22 %[^]*p95 +…00002 .*382 ms/);
	for (const columns of asked) expect(columns).toBeGreaterThan(40);
});

it('is one line of sparklines where there is no more room', async () => {
	const {screen} = await open(1);
	expect(screen().split('\n')).toHaveLength(1);
	expect(screen()).toMatch(/[▁▂▃▄▅▆▇█]/);
});

it('has the last answers before a pause, however soon after the others they came', async () => {
	const begun = new Date(2026, 10, 26, 12, 0, 0).getTime();
	const bucketOf = (failed: number) => ({
		at: begun,
		duration: 1000,
		users: new Map([[two, 40]]),
		failed,
		gateway: 0,
		revisions: new Map(),
	});
	const counted = {since: begun, weights: [{revision: two, percent: 100}], history: []};
	const running = snapshotOf({...counted, state: 'running', at: begun + 200, timeline: [bucketOf(0)]});
	function Live() {
		const snapshot = useConsoleState(({live}) => live?.snapshot) ?? running;
		return <LiveChart snapshot={snapshot} service="helloworld-go" marks={undefined} width={90} height={6} />;
	}
	const {store, until} = await openOnConsole(() => <Live />, {columns: 90, rows: 8, isStill: true});
	await until(/errors users.* 0 %/);
	const paused = {...running, state: 'paused' as const, at: begun + 900, timeline: [bucketOf(20)]};
	store.setState({live: {uid: 'it', snapshot: paused, page: 0, background: 0}});
	expect(await until(/errors users.* 50 %/)).not.toMatch(/errors users.* 0 %/);
});
