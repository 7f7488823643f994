/** The message line and the keys. */
import {describe, expect, it} from 'vitest';
import {openRevisionForm, openServiceForm, openTagForm} from '../../../source/console/forms/forms.js';
import {
	createConsoleStore,
	type ConsoleState,
	type ConsoleStore,
	type UsersAlarm,
} from '../../../source/console/state/state.js';
import {Footer, Notice, useNoticeRows} from '../../../source/screen/frame/footer.js';
import {condition, revisionName, serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {verdictOf, type ServiceVerdict} from '../../../source/console/live/verdicts.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import {createLoop} from '../../../source/probe/loop/loop.js';
import {targetAt} from '../../probe/servers.js';
import {readReview} from '../../../source/console/sheets/review/review.js';
import type {ReviewSheet} from '../../../source/console/sheets/sheets.js';
import {sheetOn} from '../parts/review.js';
import {usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {snapshotOf} from '../live/snapshot.js';
import {canaryTraffic, connected, knowing, one, refusedByRoute, revisionOf, two} from '../parts/state.js';

function MessageLine({rows = 1}: {rows?: number}) {
	const notice = useNoticeRows({columns: 60, rows, revisions: undefined});
	return <Notice width={60} {...notice} />;
}

const said = async (state: Partial<ConsoleState>) => {
	const line = await openOnConsole(() => <MessageLine />, {state, columns: 60});
	return line.text();
};

const failing = refusedByRoute('no such revision');

const rowOf = (key: string, percent: number, tags: string[]) => ({
	key,
	latest: false,
	revision: key,
	percent,
	tags,
	locked: false,
});

describe('the message line', () => {
	it('says what was just done', async () => {
		expect(await said({...knowing(), notice: {tone: 'good', text: 'Rolled back.'}})).toContain(
			'Rolled back.',
		);
	});

	it('has the server’s words take the place of good news, not of bad news', async () => {
		const good = await said({...knowing(failing), notice: {tone: 'good', text: 'Rolled back.'}});
		expect(good).toContain('RevisionMissing: no such revision');
		expect(good).not.toContain('Rolled back.');
		const bad = await said({...knowing(failing), notice: {tone: 'bad', text: 'Not sent.'}});
		expect(bad).toContain('Not sent.');
		expect(bad).not.toContain('RevisionMissing');
	});

	it('has words about what is waited for that fit, where the server has too many', async () => {
		const message = 'Configuration "helloworld-go" is waiting for a Revision to become ready.';
		const waiting = serviceView({
			traffic: canaryTraffic,
			edit(object) {
				object.status.conditions = [
					condition('ConfigurationsReady', 'Unknown'),
					condition('Ready', 'Unknown', 'RevisionMissing', message),
					condition('RoutesReady', 'Unknown', 'RevisionMissing', message),
				];
			},
		});
		expect((await said(knowing(waiting, []))).trim()).toBe(
			'RevisionMissing: waiting for a Revision to become ready.',
		);
	});

	it('tells why nothing is there before it tells of a service', async () => {
		const state = {...knowing(failing), connection: {kind: 'failed', sentence: 'Nobody listens.'}} as const;
		expect(await said(state)).toContain('Nobody listens.');
	});

	it('names the watch that broke off and why, and that what is shown is old', async () => {
		const stale = {kind: 'stale', since: 0, why: 'the connection was cut.'} as const;
		const text = await said({...connected, feeds: {services: {kind: 'live'}, revisions: stale}});
		expect(text).toMatch(/the connection was cut.*\d\d:\d\d:\d\d/);
	});

	it('says whole, in more rows where it takes them, what to do about a connection that broke off', async () => {
		const why = 'No connection to 203.0.113.7:6443 (connection refused).';
		const stale = {kind: 'stale', since: 0, why} as const;
		const text = await said({...connected, feeds: {services: stale, revisions: stale}});
		expect(text).toMatch(/Data from \d\d:\d\d:\d\d\. Retrying; ctrl-r retries now\./);
	});

	it('says how to read the history, however long the last change of it is', async () => {
		const change = {
			at: Date.now(),
			server: '',
			context: 'test-context',
			namespace: 'default',
			service: 'helloworld-go',
			uid: serviceView().uid,
			generation: 3,
			by: 'system:serviceaccount:release:releaser',
			own: true,
			reason: 'split',
			before: [rowOf(one, 100, [])],
			after: [rowOf(one, 50, ['stable']), rowOf(revisionName(2), 50, ['canary'])],
			command: '',
		};
		expect(await said({...knowing(), history: [change]})).toMatch(
			/^ w . \d\d:\d\d:\d\d system:serviceaccount:release:releaser .*…/,
		);
	});

	it('tells of a colleague’s change whole, but in its own row where answers are shown above it', async () => {
		const service = serviceView();
		const change = {
			at: Date.now(),
			server: '',
			context: 'test-context',
			namespace: 'default',
			service: service.name,
			uid: service.uid,
			generation: 3,
			by: 'releaser',
			own: false,
			reason: 'not from this console',
			before: [rowOf(one, 90, []), rowOf(two, 10, [])],
			after: [rowOf(one, 50, []), rowOf(two, 50, [])],
			command: '',
		};
		const open = async (part: Partial<ConsoleState>) =>
			openOnConsole(() => <MessageLine />, {
				state: {...knowing(service), history: [change], ...part},
				columns: 60,
				isStill: true,
			});
		const whole = await open({});
		expect(whole.text()).toContain('not from this console');
		const live = {uid: service.uid, snapshot: snapshotOf(), page: 0, background: 0};
		const asked = await open({live});
		expect(asked.screen().trim().split('\n')).toHaveLength(1);
		// Who, what, before and after are there where the rest has no room.
		expect(asked.screen()).toMatch(/releaser changed .*: 90.10 . 50.50/);
		const other = await open({live: {...live, uid: 'other'}});
		expect(other.text()).toContain('not from this console');
	});

	it('grows by some rows for a long sentence, and says where the rest of a longer one is', async () => {
		const long = await openOnConsole(() => <MessageLine />, {
			state: {...connected, notice: {tone: 'bad', text: 'word '.repeat(20)}},
			columns: 60,
		});
		expect(long.screen().match(/word/g)).toHaveLength(20);
		const longer = await openOnConsole(() => <MessageLine />, {
			state: {...connected, notice: {tone: 'bad', text: 'word '.repeat(200)}},
			columns: 60,
		});
		expect(longer.screen().split('\n').length).toBeLessThan(8);
		expect(longer.screen()).toContain('(m: whole message)');
	});
});

const footer = async (state: Partial<ConsoleState>, columns = 120, {isStill = false} = {}) => {
	const line = await openOnConsole(
		() => <Footer width={columns} sheet={{width: columns, height: 22}} isEnabled={() => true} />,
		{
			state: {...knowing(), ...state},
			columns,
			isStill,
		},
	);
	return line.screen();
};

/** What a form of a service with these variables offers. */
const within = (env: {name: string; value: string}[], open: (store: ConsoleStore) => void) => {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	const service = serviceView({
		traffic: canaryTraffic,
		ready: 2,
		edit(object) {
			Object.assign(object.spec.template.spec.containers[0] ?? {}, {env});
		},
	});
	store.setState(knowing(service));
	open(store);
	return footer({...knowing(service), sheets: store.getState().sheets}, 80);
};

const reviewing = async (part: Partial<ReviewSheet>, height = 22) => {
	const line = await openOnConsole(
		() => <Footer width={120} sheet={{width: 120, height}} isEnabled={() => true} />,
		{state: {...knowing(), sheets: [sheetOn(part)]}, columns: 120},
	);
	return line;
};

describe('the keys', () => {
	describe('of a review are called what they do now', () => {
		it.each<[string, Partial<ReviewSheet>, RegExp]>([
			['ready', {}, /^ ⏎ apply  esc cancel/],
			['with a warning', {confirmation: 'twice', because: 'of it'}, /^ ⏎ ask once more  esc cancel/],
			['armed', {confirmation: 'twice', phase: {kind: 'armed'}}, /^ ⏎ apply  esc cancel/],
			['disarmed', {isDisarmed: true}, /^ ⏎ ask again  esc cancel/],
			['without its word', {confirmation: 'word', word: 'cart', typed: 'car'}, /^ esc cancel/],
			['with its word', {confirmation: 'word', word: 'cart', typed: 'cart'}, /^ ⏎ apply  esc cancel/],
			['refused by the dry run', {dryRun: {kind: 'refused', sentence: 'quota'}}, /^ esc cancel/],
			['being sent', {phase: {kind: 'sending'}}, /^ (?!.*(⏎|esc))/],
			['not applied', {phase: {kind: 'refused', sentence: 'quota'}}, /^ esc back/],
			['of which the end is not known', {phase: {kind: 'unknown', sentence: 'away'}}, /^ esc back/],
		])('%s', async (_, part, keys) => {
			expect((await reviewing(part)).screen()).toMatch(keys);
		});

		it('where not all of it has been on the screen, and then', async () => {
			const {screen, store, until} = await reviewing({}, 6);
			expect(screen()).toMatch(/^ ⏎ read on {2}esc cancel/);
			const [sheet] = store.getState().sheets;
			if (sheet?.kind === 'review') readReview(store, sheet, 30);
			await until(/^ ⏎ apply {2}esc cancel/);
		});
	});

	it('are those of where one is', async () => {
		const [services, help] = [await footer({focus: 'services'}), await footer({sheets: [{kind: 'help'}]})];
		expect(services).toContain('?');
		expect(services).not.toBe(help);
	});

	it('that have nothing to act on yet are not offered', async () => {
		const ready = await footer({focus: 'services'});
		expect(ready).toContain('r revision');
		expect(ready).not.toContain('u undo');
		const waiting = await footer({
			services: [],
			connection: {kind: 'connecting', to: 'test', since: Date.now()},
		});
		for (const label of ['new', 'revision', 'promote', 'roll back', 'loop']) {
			expect(waiting).not.toContain(label);
		}
		expect(waiting).toContain('? help');
	});

	it('of a release are offered where it leads anywhere: a canary to promote or to give up, something to go back to', async () => {
		const verbs = ['c promote', 'R roll back', 'X abandon'];
		const releasing = await footer({focus: 'traffic'}, 300);
		for (const verb of verbs) expect(releasing).toContain(verb);
		const settled = knowing(serviceView({traffic: [{revisionName: one, percent: 100}]}), [revisionOf(1)]);
		const alone = await footer({...settled, focus: 'traffic'}, 300);
		for (const verb of verbs) expect(alone).not.toContain(verb);
		expect(alone).toContain('r revision');
		// Nor above what is only looked at.
		const looking = (state: Partial<ConsoleState>) => footer({...state, sheets: [{kind: 'messages'}]});
		expect(await looking({})).toContain('R roll back');
		expect(await looking(settled)).not.toContain('R roll back');
	});

	it('of a promotion are not offered for a revision that is only newer, and in no split', async () => {
		const settled = knowing(serviceView({traffic: [{revisionName: one, percent: 100}], ready: 2}));
		expect(await footer({...settled, focus: 'revisions'}, 300)).not.toContain('c promote');
	});

	it('of a roll back are offered where it cannot be known that there is nothing to go back to', async () => {
		const settled = knowing(serviceView({traffic: [{revisionName: one, percent: 100}]}), [revisionOf(1)]);
		expect(await footer({...settled, historyUnread: 'The history cannot be read.'})).toContain('R roll back');
	});

	it('name what they act on, where that is not what has the keyboard', async () => {
		const inServices = await footer({focus: 'services'}, 300);
		expect(inServices).toContain('t tag …00002');
		expect(inServices).toContain('L logs …00002');
		// In a narrow window those that act on a revision are there when one stands on it.
		const narrow = await footer({focus: 'revisions'}, 79);
		for (const hint of ['t tag', 'L logs', 'R roll back', '? help']) expect(narrow).toContain(hint);
		// Only where a tag leads to it.
		expect(narrow).not.toContain('V verify');
		const tagged = knowing().services!.map(service => ({
			...service,
			statusTraffic: service.statusTraffic.map(target => ({...target, url: 'http://canary-x.example.com'})),
		}));
		expect(await footer({focus: 'revisions', services: tagged}, 79)).toContain('V verify …00002');
	});

	it('say which of three revisions is promoted and which is rolled back to, wherever the cursor stands', async () => {
		const three = serviceView({
			traffic: [
				...canaryTraffic.slice(1),
				{revisionName: one, percent: 80},
				{revisionName: revisionName(3), percent: 10},
			],
			ready: 3,
		});
		const shown = {services: [three], ...knowing(three, [revisionOf(3), revisionOf(2), revisionOf(1)])};
		for (const focus of ['services', 'revisions'] as const) {
			const keys = await footer({...shown, focus}, 80);
			expect(keys).toContain('c promote …00002');
			expect(keys).toContain('R roll back to …00001');
		}
		expect(await footer({...shown, focus: 'revisions'}, 300)).toContain('X abandon …00002');
		expect(await footer({focus: 'services'}, 80)).toMatch(/c promote {2}R roll back {2}/);
	});

	it('of a form offer its values where some are covered, also in a narrow window', async () => {
		const env = [{name: 'TARGET', value: 'users'}];
		expect(await within(env, openRevisionForm)).toContain('ctrl-o values');
		expect(await within([], openRevisionForm)).not.toContain('ctrl-o');
		expect(await within(env, openServiceForm)).not.toContain('ctrl-o');
		expect(await within(env, openTagForm)).not.toContain('ctrl-o');
	});

	it('that are not allowed are in brackets', async () => {
		const no = {allowed: false, reason: 'you may not patch services'};
		const yes = {allowed: true, reason: ''};
		expect(await footer({focus: 'traffic'})).not.toContain('(');
		expect(
			await footer({
				focus: 'traffic',
				namespace: 'default',
				rights: new Map([['default', {create: yes, patch: no, delete: yes, deleteRevision: yes}]]),
			}),
		).toContain('(');
	});

	describe('what the verdict asks for stands first', () => {
		const service = serviceView({traffic: canaryTraffic, ready: 2});
		const calm = verdictOf(service.uid, createLoop({target: targetAt(80)}).snapshot());
		const judged = (given: ServiceView, part: Partial<ServiceVerdict>) =>
			footer({
				...knowing(given),
				focus: 'services',
				verdicts: new Map([[given.uid, {...calm, isRunning: true, ...part}]]),
			});

		it('a roll back where users get a canary that is worse', async () => {
			expect(await judged(service, {tone: 'bad', word: 'worse'})).toMatch(/^ R ROLL BACK/);
		});

		const told = (alarm: UsersAlarm, isOld = false) => {
			const part = {revision: two, failed: 96, requests: 300, limit: 0.05, isOld};
			const snapshot = usersSnapshot(usersWindow([]), alarm === 'failing' ? {failing: part} : {});
			const users = {uid: service.uid, snapshot, isPaused: false, alarm};
			return footer({...knowing(service), focus: 'services', users}, 120, {isStill: true});
		};

		it('a roll back where the pods say that a canary is worse for users, and none for a split that is off', async () => {
			expect(await told('worse')).toMatch(/^ R ROLL BACK/);
			expect(await told('wrong')).not.toContain('ROLL BACK');
		});

		it('a roll back where a revision fails its users, unless it is the one to go back to', async () => {
			expect(await told('failing')).toMatch(/^ R ROLL BACK/);
			expect(await told('failing', true)).not.toContain('ROLL BACK');
		});

		it.each(['down', 'gateway'] as const)('no roll back for what no revision answers: %s', async kind => {
			const trouble = {kind, count: 9, of: 90, sentence: 'so it is'};
			const bad = {tone: 'bad', word: 'failing'} as const;
			expect(await judged(service, {...bad, trouble})).not.toContain('ROLL BACK');
			expect(await judged(service, {...bad, trouble: {...trouble, kind: 'failures'}})).toMatch(
				/^ R ROLL BACK/,
			);
		});

		it('giving it up once no user gets it', async () => {
			const back = serviceView({
				traffic: [
					{revisionName: one, percent: 100, tag: 'stable'},
					{revisionName: two, percent: 0, tag: 'canary'},
				],
				ready: 2,
			});
			expect(await judged(back, {tone: 'warning', word: 'worse', isCanaryUnused: true})).toMatch(
				/^ X abandon/,
			);
		});

		it('nothing where a service fails that has nothing to roll back to', async () => {
			const alone = serviceView({traffic: [{revisionName: one, percent: 100}], ready: 1});
			const line = await openOnConsole(
				() => <Footer width={120} sheet={{width: 120, height: 22}} isEnabled={() => true} />,
				{
					state: {
						...knowing(alone, [revisionOf(1)]),
						focus: 'services',
						verdicts: new Map([[alone.uid, {...calm, isRunning: true, tone: 'bad', word: 'failing'}]]),
					},
					columns: 120,
				},
			);
			expect(line.screen()).toContain('r revision');
			expect(line.screen()).not.toMatch(/roll back/i);
		});
	});
});
