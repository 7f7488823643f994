import {expect, it} from 'vitest';
import {createRequestStats} from '../../../source/sandbox/queue-proxy/request-stats.js';

function at(start = 0) {
	let time = start;
	const stats = createRequestStats(() => time);
	return {
		stats,
		set: (milliseconds: number) => {
			time = start + milliseconds;
		},
	};
}

it('says nothing before the first second is over', () => {
	const {stats, set} = at();
	stats.begin(true);
	set(999);
	expect(stats.report()).toEqual({
		concurrency: 0,
		proxiedConcurrency: 0,
		requests: 0,
		proxiedRequests: 0,
		uptime: 0,
	});
});

it('tells of the last second that is over: requests that came in, and how many were under way on average', () => {
	const {stats, set} = at(5000);
	const first = stats.begin(true);
	set(500);
	first();
	first();
	stats.begin(false)();
	set(1200);
	expect(stats.report()).toEqual({
		concurrency: 0.5,
		proxiedConcurrency: 0.5,
		requests: 2,
		proxiedRequests: 1,
		uptime: 1,
	});
});

it('counts a request in the second in which it came, and as under way until it is through', () => {
	const {stats, set} = at();
	set(900);
	const over = stats.begin(true);
	set(4250);
	expect(stats.report()).toMatchObject({requests: 0, concurrency: 1, uptime: 4});
	over();
	set(5000);
	expect(stats.report()).toMatchObject({requests: 0, concurrency: 0.25, uptime: 5});
	set(60_000);
	expect(stats.report()).toMatchObject({requests: 0, concurrency: 0, uptime: 60});
});
