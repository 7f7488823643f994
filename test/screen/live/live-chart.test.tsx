import {expect, it} from 'vitest';
import type {Chart} from '../../../source/console/live/chart-columns.js';
import {ChartView} from '../../../source/screen/live/live-chart.js';
import {openOnConsole} from '../parts/on-console.js';
import {two} from '../parts/state.js';

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
