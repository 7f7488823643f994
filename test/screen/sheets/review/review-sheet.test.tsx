import {describe, expect, it, vi} from 'vitest';
import type {ReviewSheet} from '../../../../source/console/sheets/sheets.js';
import {Review} from '../../../../source/screen/sheets/review/review-sheet.js';
import {useConsoleState} from '../../../../source/screen/use-console.js';
import {serviceView} from '../../../knative/objects.js';
import {openOnConsole} from '../../parts/on-console.js';
import {rollbackPlan, sheetOn} from '../../parts/review.js';
import {canaryTraffic, knowing, one, two} from '../../parts/state.js';

function OpenReview({copy, height}: {copy: (text: string) => void; height: number}) {
	const sheet = useConsoleState(({sheets}) => sheets.at(-1));
	return sheet?.kind === 'review' ? (
		<Review sheet={sheet} isActive copy={copy} width={90} height={height} />
	) : null;
}

async function open(
	part: Partial<ReviewSheet> = {},
	{height = 30, couldSee = () => true}: {height?: number; couldSee?: () => boolean} = {},
) {
	const copy = vi.fn<(text: string) => void>();
	const opened = await openOnConsole(() => <OpenReview copy={copy} height={height} />, {
		state: {...knowing(), sheets: [sheetOn(part)]},
		columns: 90,
		rows: height,
		couldSee,
	});
	const confirm = vi.spyOn(opened.console, 'confirm').mockResolvedValue();
	return {...opened, copy, confirm};
}

const theirs = serviceView({
	traffic: [
		{revisionName: one, percent: 40, tag: 'stable'},
		{revisionName: two, percent: 60, tag: 'canary'},
	],
	ready: 2,
	edit(object) {
		object.metadata.generation = 2;
	},
});

/** Another tool that writes the same service. */
const owner = (by: string) => ({
	kind: 'owner' as const,
	owner: by,
	sentence: `${by} manages this service (annotation example.com/${by}) and may put its own split back.`,
});

describe('a review', () => {
	it('shows and copies no command while the context means another cluster', async () => {
		const {copy, press, screen, store, until} = await open();
		store.setState({standing: {movedTo: 'the context sandbox now means another cluster'}});
		await until(/No command here: the context sandbox now means another cluster\./);
		expect(screen()).not.toContain('kubectl');
		press('ctrl-y');
		await vi.waitFor(() => expect(store.getState().notice?.text).toContain('No command here: the context'));
		expect(copy).not.toHaveBeenCalled();
		store.setState({standing: {}});
		await until(/kubectl patch/);
	});

	it('shows what changes, where, and the command that does the same', async () => {
		const {copy, press, screen} = await open();
		expect(screen()).toMatch(/90 % → 100 %/);
		expect(screen()).toMatch(/10 % → +0 %/);
		expect(screen()).toContain('test-context / default');
		expect(screen()).toContain('kubectl patch ksvc helloworld-go -n default');
		press('ctrl-y');
		await vi.waitFor(() => expect(copy).toHaveBeenCalledOnce());
		expect(copy.mock.calls[0]?.[0]).toContain('kubectl patch ksvc helloworld-go');
	});

	it('says of several tools that write the service in one sentence, and keeps what differs in a low window', async () => {
		const about = ['Canary', 'Stable', 'Split set', 'Users get', 'Skips', 'Differs'].map(label => ({
			label,
			value: 'what is known of it',
		}));
		const warnings = [owner('Argo CD'), owner('Flux'), owner('Helm')];
		const {screen} = await open({plan: {...rollbackPlan(), warnings, about}}, {height: 20});
		expect(screen()).toMatch(/Argo CD, Flux and Helm manage this service and may put their own split back\./);
		expect(screen()).toMatch(/Differs +what is known of it/);
	});

	it.each([
		[{}, 'Promote the canary of helloworld-go'],
		[{isOfAnother: true as const}, 'Promote a revision of helloworld-go'],
	])('of a promotion names the canary only where that is what gets the traffic', async (part, title) => {
		const {screen} = await open({plan: {...rollbackPlan(), action: 'promote', ...part}});
		expect(screen()).toContain(title);
	});

	it('says where it is of in a line of its own when the border has no room for it', async () => {
		const name = `${'storefront-'.repeat(5)}checkout`;
		const {screen} = await open({plan: {...rollbackPlan(), name, namespace: 'team-checkout-europe-west'}});
		const [border = '', line = ''] = screen().split('\n');
		expect(border).toContain(`Roll back ${name}`);
		expect(line).toContain('test-context / team-checkout-europe-west');
	});

	it('says it beside how much there is to scroll', async () => {
		const {screen} = await open({}, {height: 12});
		expect(screen().split('\n')[0]).toMatch(/test-context \/ default · ↑↓ \d+ of \d+/);
	});

	it('keeps the names of revisions apart where a row has no room for them', async () => {
		const plan = rollbackPlan();
		const names = ['15', '16'].map(day => `shop-build-2026-01-${day}-${'feature-'.repeat(8)}west`);
		const rows = plan.rows.map((row, index) => ({...row, revision: names[index], key: names[index] ?? ''}));
		const {screen} = await open({plan: {...plan, rows}});
		const shown = screen()
			.split('\n')
			.filter(row => / % →/.test(row));
		expect(shown).toHaveLength(2);
		expect(shown[0]).toMatch(/15.* % → +\d+ %/);
		expect(shown[1]).toMatch(/16.* % → +\d+ %/);
	});

	it('is applied by Enter, and by none that was pressed before it could be read', async () => {
		const seen = await open();
		seen.press('enter');
		await vi.waitFor(() => expect(seen.confirm).toHaveBeenCalledOnce());
		const unseen = await open({}, {couldSee: () => false});
		unseen.press('enter');
		await vi.waitFor(() => expect(unseen.store.getState().notice?.tone).toBe('info'));
		expect(unseen.confirm).not.toHaveBeenCalled();
	});

	it('in a small window is scrolled by Enter until all that changes was there', async () => {
		const {confirm, press, screen, until} = await open({}, {height: 6});
		expect(screen()).not.toMatch(/10 % → +0 %/);
		press('enter');
		await until(/10 % → +0 %/);
		expect(confirm).not.toHaveBeenCalled();
		for (let pressed = 0; pressed < 8 && confirm.mock.calls.length === 0; pressed++) {
			const before = screen();
			press('enter');
			await vi.waitFor(() => expect(confirm.mock.calls.length > 0 || screen() !== before).toBe(true));
		}
		expect(confirm).toHaveBeenCalledOnce();
	});

	it('is disarmed by a key that means nothing there', async () => {
		const {press, store} = await open();
		press('x');
		await vi.waitFor(() => expect(store.getState().sheets.at(-1)).toMatchObject({isDisarmed: true}));
	});

	it('asks for the word where Enter is not enough, and keeps what is typed', async () => {
		const {screen, store, type} = await open({
			confirmation: 'word',
			word: 'helloworld-go',
			because: 'test-context is production',
		});
		expect(screen()).toContain('Type helloworld-go:');
		type('hel');
		await vi.waitFor(() => expect(store.getState().sheets.at(-1)).toMatchObject({typed: 'hel'}));
		expect(store.getState().sheets.at(-1)).toMatchObject({isDisarmed: false});
	});

	it('says what the server says of it', async () => {
		expect((await open({dryRun: {kind: 'refused', sentence: 'quota exceeded'}})).text()).toContain(
			'quota exceeded',
		);
		const outcome = await open({phase: {kind: 'unknown', sentence: 'Not known whether it was done.'}});
		expect(outcome.text()).toContain('Not known whether it was done.');
	});
});

describe('when somebody was first', () => {
	const ways = [
		['t', 'takeTheirs'],
		['m', 'putMineOnTop'],
		['e', 'keepEditing'],
	] as const;

	it('shows what was, what they made of it and what is wanted, side by side', async () => {
		const {screen, store, until} = await open();
		store.setState({services: [theirs]});
		await until(/theirs/);
		expect(screen()).toMatch(/…00001 +90 % stable +40 % stable ◂ +100 % stable ◂/);
		expect(screen()).toMatch(/…00002 +10 % canary +60 % canary ◂ +0 % canary ◂/);
	});

	it.each(ways)('%s goes on by %s, once it could be read', async (key, way) => {
		const {console, press, store, until} = await open();
		const act = vi.spyOn(console, way).mockReturnValue();
		store.setState({services: [theirs]});
		await until(/theirs/);
		press(key);
		await vi.waitFor(() => expect(act).toHaveBeenCalledOnce());
	});

	it('does not take theirs, nor goes on to a write, by a key from before', async () => {
		const {console, press, store, until} = await open({}, {couldSee: () => false});
		const acts = [vi.spyOn(console, 'takeTheirs'), vi.spyOn(console, 'putMineOnTop')];
		store.setState({services: [theirs]});
		await until(/theirs/);
		press('t', 'm');
		await vi.waitFor(() => expect(store.getState().notice?.tone).toBe('info'));
		for (const act of acts) expect(act).not.toHaveBeenCalled();
	});
});

it('a service that is still as it was is no conflict', async () => {
	const {screen, store} = await open();
	store.setState({services: [serviceView({traffic: canaryTraffic, ready: 2})]});
	await new Promise(resolve => setImmediate(resolve));
	expect(screen()).not.toContain('theirs');
});
