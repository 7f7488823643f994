import {describe, expect, it} from 'vitest';
import type {UsersAlarm, UsersSnapshot} from '../../../source/console/state/state.js';
import {UsersRows, usersHeight} from '../../../source/screen/live/users-rows.js';
import {serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {canaryTraffic, knowing, one, two} from '../parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});

const row = (revision: string, perSecond: number) =>
	usersRow(revision, perSecond, {share: perSecond / 100, requests: perSecond * 30});

const stretch = usersWindow([row(one, 75), row(two, 25)]);

async function open({
	uid = service.uid,
	isPaused = false,
	problems = [],
	state = 'counting',
	height = 3,
	width = 100,
	view = {},
	alarm,
}: {
	uid?: string;
	isPaused?: boolean;
	problems?: UsersSnapshot['problems'];
	state?: UsersSnapshot['state'];
	height?: number;
	width?: number;
	view?: Partial<UsersSnapshot['view']>;
	alarm?: UsersAlarm;
} = {}) {
	const snapshot = usersSnapshot(stretch, view, {problems, state});
	return openOnConsole(() => <UsersRows width={width} height={height} />, {
		columns: width,
		rows: 3,
		isStill: true,
		state: {...knowing(service), users: {uid, snapshot, isPaused, alarm}},
	});
}

describe('what users get', () => {
	it('is told in one line, by revision', async () => {
		const {screen} = await open();
		expect(screen()).toMatch(/users +100\/s +75│25/);
	});

	it('is told over the last half minute and since the split', async () => {
		expect((await open()).screen()).toMatch(/users +100\/s[^\n]*\n *this split, 30 s watched +100\/s +75│25/);
	});

	it('is not told of another service', async () => {
		expect((await open({uid: 'other'})).screen()).not.toContain('100/s');
	});

	it('that may be old says why before what follows from it, and how it was measured after that', async () => {
		const problems = [
			{kind: 'unread', sentence: 'shop-1 cannot be asked: no answer within 5 s'},
			{kind: 'rates', sentence: 'estimated from rates'},
		] as const;
		const lines = (await open({problems, height: 4})).screen().split('\n');
		expect(lines.slice(0, 3)).toEqual([
			expect.stringMatching(/users +100\/s/),
			expect.stringContaining('shop-1 cannot be asked'),
			expect.stringContaining('this split,'),
		]);
	});

	it('says in a low pane what is bad, whatever else there is to say', async () => {
		const problems = [{kind: 'unread', sentence: 'shop-1 cannot be asked: no answer within 5 s'}] as const;
		const rows = [one, two].map(revision =>
			usersRow(revision, 250, {share: 0.5, requests: 7500, failed: 75, rejected: 750, p95: 380}),
		);
		const recent = usersWindow(rows);
		const errors = {state: 'worse', logE: 5, by: '5xx', fresh: two, old: one} as const;
		const shown = await open({problems, width: 66, view: {recent, sinceSplit: recent, errors}});
		// Numbers are left out whole, and never a unit alone.
		expect(shown.screen().split('\n')).toEqual([
			expect.stringMatching(/^users {2}500\/s .* ok 99 %│99 % +4xx 10 %│10 %$/),
			expect.stringContaining('canary is WORSE (5xx: 75 of 7500'),
			expect.stringContaining('shop-1 cannot be asked'),
		]);
	});

	it('is no alarm in a line of its own while it is not read any more', async () => {
		const errors = {state: 'worse', logE: 5, by: '5xx', fresh: two, old: one} as const;
		const shown = await open({height: 1, isPaused: true, view: {errors}});
		expect(shown.screen()).toContain('paused');
		expect(shown.screen()).not.toContain('WORSE');
	});

	it('names what is counted with it in an alarm of one line as well', async () => {
		const errors = {state: 'worse', logE: 5, by: '5xx', fresh: two, old: one} as const;
		const problems = [{kind: 'tags', sentence: 'requests at tag URLs are among them'}] as const;
		const shown = await open({height: 1, problems, view: {errors}});
		expect(shown.screen()).toMatch(/^users and tag URLs +100\/s.* WORSE/);
	});

	it('that is not read any more says so', async () => {
		expect((await open({isPaused: true})).screen()).toMatch(
			/users {2}paused, nobody looked for 10 min: 100\/s/,
		);
		const problems = [{kind: 'tags', sentence: 'requests at tag URLs are among them'}] as const;
		expect((await open({isPaused: true, problems})).screen()).toMatch(
			/users and tag URLs {2}paused, nobody looked for 10 min: 100\/s/,
		);
	});

	it('has its shares and failures beside the longest name in a window of 80 columns', async () => {
		const problems = [{kind: 'own', sentence: 'includes 40 requests of this console'}] as const;
		const rows = [one, two].map(revision =>
			usersRow(revision, 250, {share: 0.5, requests: 7500, failed: 75, p95: 380}),
		);
		const recent = usersWindow(rows);
		const shown = await open({problems, width: 76, view: {recent, sinceSplit: recent}});
		expect(shown.screen().split('\n')[0]).toMatch(
			/^users and this console {2}500\/s {3}50│50 {3}ok 99 %│99 %/,
		);
	});
});

it.each([
	[3, 0],
	[4, 0],
	[5, 1],
	[9, 1],
	[10, 3],
	[17, 3],
	[18, 5],
	[40, 5],
])('of a pane of %i lines the users have %i', (height, lines) => {
	expect(usersHeight(height)).toBe(lines);
});

it('of a low pane where nothing is asked the users have three lines while it is bad what they get', () => {
	expect(usersHeight(7, {isAlone: true})).toBe(3);
	expect(usersHeight(4, {isAlone: true})).toBe(0);
});

it('names the way back where one of two fails its users', async () => {
	const failing = {revision: two, failed: 96, requests: 300, limit: 0.05, isOld: false};
	const lines = (await open({view: {failing}, alarm: 'failing', width: 110})).screen().split('\n');
	expect(lines[1]).toContain(
		`users get failures: ${two} fails 96 of 300 (32 %): above 5 %, not by chance · R rolls back`,
	);
});

it('is cut without a gap where a line of two rows has room for one', async () => {
	const failing = {revision: two, failed: 96, requests: 300, limit: 0.05, isOld: false};
	const lines = (await open({view: {failing}, height: 2, width: 60})).screen().split('\n');
	expect(lines[1]).toMatch(/^users get failures: \S+ fails 96 of 300 \(32…$/);
});

it('ends at a whole clause where what is needed has no room', async () => {
	const sentence = 'needs the right to get pods/proxy, or to get and create pods/portforward';
	const problems = [{kind: 'forbidden' as const, sentence}];
	const lines = (await open({problems, state: 'unknown', height: 1, width: 76})).screen().split('\n');
	expect(lines[0]).toMatch(/^users {2}not known: needs the right to get pods\/proxy …$/);
	const whole = await open({problems, state: 'unknown', height: 3, width: 76});
	expect(whole.text()).toContain(sentence);
});
