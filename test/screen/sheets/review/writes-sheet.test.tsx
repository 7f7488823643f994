import {describe, expect, it, vi} from 'vitest';
import type {HistoryEntry} from '../../../../source/console/session/change-recorder.js';
import {Writes} from '../../../../source/screen/sheets/review/writes-sheet.js';
import {splitOf} from '../../../../source/knative/split/split.js';
import {serviceView} from '../../../knative/objects.js';
import {openOnConsole} from '../../parts/on-console.js';
import {canaryTraffic, one, two} from '../../parts/state.js';

const before = splitOf(serviceView({traffic: canaryTraffic, ready: 2}));
const after = splitOf(
	serviceView({
		traffic: [
			{revisionName: one, percent: 100},
			{revisionName: two, percent: 0},
		],
		ready: 2,
	}),
);
const at = Date.now() - 60_000;

const entry = (part: Partial<HistoryEntry> = {}): HistoryEntry => ({
	id: 'h-1',
	at,
	server: 'https://127.0.0.1',
	context: 'test',
	namespace: 'default',
	service: 'helloworld-go',
	uid: 'u',
	generation: 5,
	by: 'bob',
	own: false,
	reason: 'not from this console',
	before,
	after,
	command: '',
	...part,
});

async function open(state: Parameters<typeof openOnConsole>[1] extends infer O ? O : never) {
	const copy = vi.fn<(text: string) => void>();
	const opened = await openOnConsole(() => <Writes isActive copy={copy} width={110} height={20} />, {
		columns: 110,
		rows: 20,
		...state,
	});
	return {...opened, copy};
}

describe('the record', () => {
	it('tells what was sent from here and what became of it, and who else changed what', async () => {
		const {screen} = await open({
			state: {
				writes: [
					{at: at + 1000, title: 'roll back cart', command: 'kubectl patch ksvc cart', outcome: 'done'},
					{at: at + 2000, title: 'undo cart', command: 'kubectl patch ksvc cart', outcome: ''},
				],
				history: [entry()],
			},
		});
		const lines = screen().split('\n');
		const place = (text: RegExp) => lines.findIndex(line => text.test(line));
		expect(place(/undo cart: under way/)).toBeGreaterThan(0);
		expect(place(/undo cart/)).toBeLessThan(place(/roll back cart: done/));
		expect(place(/roll back cart/)).toBeLessThan(place(/helloworld-go in default: .*bob/));
		expect(screen()).toMatch(/90.*→.*100/);
	});

	it('does not call the new revision by the name of the old one, which was the latest when it was made', async () => {
		const following = splitOf(serviceView({traffic: [{latestRevision: true, percent: 100}], ready: 1}));
		const released = splitOf(
			serviceView({
				traffic: [
					{revisionName: one, percent: 90},
					{latestRevision: true, percent: 10, tag: 'canary'},
				],
				ready: 1,
			}),
		);
		const {screen} = await open({state: {history: [entry({before: following, after: released})]}});
		expect(screen()).toMatch(/latest 100 → 10 % tags canary *│\n│ *…00001 added at 90 %/);
	});

	it('tells each change in a few rows, and its command whole where that is asked for', async () => {
		const command = `kubectl patch ksvc cart -p='${'x'.repeat(1000)} the end'`;
		const writes = [1, 2, 3].map(n => ({at: at + n * 1000, title: `change ${n}`, command, outcome: 'done'}));
		const {press, screen, until} = await open({state: {writes}});
		// The newest is first, and the oldest is in sight all the same.
		for (const {title} of writes) expect(screen()).toContain(`${title}: done`);
		expect(screen()).toMatch(/kubectl patch ksvc cart -p='x+…/);
		press('f');
		await until(/the end'/);
		press('f');
		await until(/change 1: done/);
	});

	it('tells a change once that was sent from here and is in the history', async () => {
		const {screen} = await open({
			state: {
				writes: [{at, title: 'roll back helloworld-go', command: 'kubectl patch', outcome: 'done'}],
				history: [entry({own: true, reason: 'roll back'})],
			},
		});
		expect(screen().match(/helloworld-go/g)).toHaveLength(1);
	});

	it('shows and copies no command while the context means another cluster', async () => {
		const {copy, press, screen, store} = await open({
			state: {
				standing: {movedTo: 'the context sandbox now means another cluster'},
				writes: [{at, title: 'roll back cart', command: 'kubectl one', outcome: 'done'}],
				history: [entry({command: 'kubectl two'})],
			},
		});
		expect(screen()).toContain('No command here: the context sandbox now means another cluster.');
		expect(screen()).toContain('roll back cart: done');
		expect(screen()).not.toContain('kubectl');
		press('ctrl-y');
		await vi.waitFor(() => expect(store.getState().notice?.text).toContain('No command here: the context'));
		expect(copy).not.toHaveBeenCalled();
	});

	it('copies the commands, all of them', async () => {
		const {copy, press} = await open({
			state: {
				writes: [
					{at, title: 'a', command: 'kubectl one', outcome: 'done'},
					{at, title: 'b', command: 'kubectl two', outcome: 'done'},
				],
			},
		});
		press('ctrl-y');
		await vi.waitFor(() => expect(copy).toHaveBeenCalledExactlyOnceWith('kubectl one\nkubectl two'));
	});

	it('says why the history is not kept, and shows no value of a variable', async () => {
		const {press, screen, until} = await open({
			state: {
				historyProblem: 'The disk is full.',
				writes: [
					{
						at,
						title: 'create revision',
						command: `kubectl patch ksvc cart --type=json -p='[{"op":"add","path":"/spec/template/spec/containers/0/env","value":[{"name":"TOKEN","value":"hunter2"}]}]'`,
						outcome: 'done',
					},
				],
			},
		});
		expect(screen()).toContain('The disk is full.');
		press('f');
		await until(/TOKEN/);
		expect(screen()).not.toContain('hunter2');
	});
});
