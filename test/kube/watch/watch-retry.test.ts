import {expect, it} from 'vitest';
import {waitFor} from '../../../source/kube/watch/watch-retry.js';

const timers = {random: () => 0.5};

const wait = (failures: number, retryAfter?: number) =>
	waitFor({next: 'list', after: 'back-off', why: '', retryAfter}, failures, timers).milliseconds;

it('comes back sooner after a loss as soon as others are answered, but not to a server that refused', () => {
	expect(waitFor({next: 'watch', after: 'loss', why: '', isUnanswered: true}, 1, timers).until).toContain(
		'reached',
	);
	expect(waitFor({next: 'list', after: 'back-off', why: ''}, 1, timers).until).toEqual(['wanted']);
	expect(waitFor({next: 'list', after: 'expiry', why: ''}, 2, timers).until).toEqual(['wanted']);
});

it('waits longer each time, up to half a minute, unless the server asks for more, up to ten', () => {
	expect([1, 2, 3, 20].map(failures => wait(failures))).toEqual([600, 1200, 2400, 22_500]);
	expect([wait(1, 7), wait(1, 1e6), wait(20, 1)]).toEqual([7000, 600_000, 22_500]);
});
