/** The frame as a whole: what a key does while this or that is on top. */
import {describe, expect, it, vi} from 'vitest';
import {panes} from '../../source/console/state/panes.js';
import type {ReviewSheet} from '../../source/console/sheets/sheets.js';
import {App} from '../../source/screen/app.js';
import {sheetOn} from './parts/review.js';
import {openOnConsole} from './parts/on-console.js';
import {rowOf, snapshotOf} from './live/snapshot.js';
import {knowing, revisionOf} from './parts/state.js';
import {revisionName, serviceView} from '../knative/objects.js';

const nothing = () => {};

async function openApp({
	columns = 80,
	rows = 24,
	sheets = [],
}: {columns?: number; rows?: number; sheets?: readonly ReviewSheet[]} = {}) {
	const quit = vi.fn<() => void>();
	const app = await openOnConsole(
		() => <App copy={nothing} quit={quit} redraw={nothing} suspend={nothing} />,
		{columns, rows, state: {...knowing(), sheets}},
	);
	return {...app, quit};
}

describe('Esc', () => {
	it('closes a review that is open', async () => {
		const {press, store, until} = await openApp({sheets: [sheetOn()]});
		await until(/Roll back helloworld-go/);
		press('esc');
		await until(/Revisions of helloworld-go/);
		expect(store.getState().sheets).toEqual([]);
	});

	it('leaves a review open that is being sent, and says so', async () => {
		const {press, store, until} = await openApp({sheets: [sheetOn({phase: {kind: 'sending'}})]});
		await until(/Roll back helloworld-go/);
		press('esc');
		await vi.waitFor(() => expect(store.getState().notice?.tone).toBe('info'));
		expect(store.getState().sheets).toHaveLength(1);
		expect(store.getState().sheets[0]).toMatchObject({kind: 'review', phase: {kind: 'sending'}});
	});
});

it('a key that means nothing here says so, and the next one takes that away', async () => {
	const {press, store} = await openApp();
	press('Y');
	await vi.waitFor(() => expect(store.getState().notice).toMatchObject({isPassing: true}));
	press('tab');
	await vi.waitFor(() => expect(store.getState().notice).toBeUndefined());
	expect(store.getState().focus).toBe('revisions');
});

it('what is bad news stays when a key means nothing', async () => {
	const {press, store} = await openApp();
	store.setState({notice: {tone: 'bad', text: 'Not sent.'}});
	press('Y', 'tab');
	await vi.waitFor(() => expect(store.getState().focus).toBe('revisions'));
	expect(store.getState().messages.map(({text}) => text)).toEqual(['Not sent.']);
});

it('why a review did not open stays when Enter was typed for it', async () => {
	const {press, store} = await openApp();
	store.setState({notice: {tone: 'info', text: 'Nothing to roll back.'}});
	press('enter');
	await vi.waitFor(() => expect(store.getState().focus).toBe('revisions'));
	expect(store.getState().notice?.text).toBe('Nothing to roll back.');
	press('tab');
	await vi.waitFor(() => expect(store.getState().notice).toBeUndefined());
});

it('a review stands below the service it is about, and below the panes where there is room', async () => {
	const small = await openApp({sheets: [sheetOn()]});
	await small.until(/Roll back helloworld-go/);
	expect(small.screen()).not.toContain('1 Services');
	expect(small.screen()).toMatch(
		/helloworld-go {2}Ready .*…00001 90 %.*…00002 10 %[^]*Roll back helloworld-go/,
	);
	const large = await openApp({columns: 120, rows: 40, sheets: [sheetOn()]});
	await large.until(/Roll back helloworld-go/);
	expect(large.screen()).toMatch(/1 Services.*2 Revisions[^]*› ● helloworld-go[^]*Roll back helloworld-go/);
	expect(large.screen()).not.toContain('▸1 Services');
});

it('every pane is reached by its digit, and by Tab from the one before', async () => {
	const {press, store} = await openApp();
	for (const [index, pane] of panes.entries()) {
		press(String(index + 1));
		await vi.waitFor(() => expect(store.getState().focus).toBe(pane));
		press('tab');
		await vi.waitFor(() => expect(store.getState().focus).toBe(panes[(index + 1) % panes.length]));
	}
});

it('a sheet hides the panes and has the keys', async () => {
	const {press, screen, store, until} = await openApp();
	expect(screen()).toContain('1 Services');
	press('?');
	await until(/Keys in the services pane/);
	expect(screen()).not.toContain('1 Services');
	press('tab', 'esc');
	await until(/1 Services/);
	expect(store.getState().focus).toBe('services');
});

describe('a window', () => {
	it('with room for one pane shows the focused one, and where one is', async () => {
		const {press, screen, until} = await openApp({columns: 60, rows: 16});
		expect(screen()).toContain('helloworld-go');
		expect(screen()).not.toContain('Revisions of');
		press('tab');
		await until(/Revisions of helloworld-go/);
	});

	it('too small for a pane still says which service has which split', async () => {
		const {screen} = await openApp({columns: 19, rows: 5});
		expect(screen()).toContain('90│10 helloworld');
	});

	it('too small for a pane says it of services that are called alike, and no more of one that has another split', async () => {
		const {screen, store, until} = await openApp({columns: 19, rows: 5});
		const [service] = store.getState().services;
		if (!service) throw new Error('no service is known');
		const there = {...service, namespace: 'shop', uid: 'another'};
		store.setState({services: [service, there]});
		await until(/(?:90│10 helloworld[^]*){2}/);
		store.setState({services: [{...service, statusTraffic: service.statusTraffic.slice(0, 1)}, there]});
		await until(/^90 helloworld/m);
		expect(screen().match(/\S+ helloworld/g)).toEqual(['90 helloworld', '90│10 helloworld']);
	});
});

it('the revisions of a split stand in one order in every pane, whatever is newer than they', async () => {
	const service = serviceView({
		traffic: [
			{revisionName: revisionName(3), percent: 60},
			{revisionName: revisionName(1), percent: 30},
			{revisionName: revisionName(2), percent: 10},
		],
		ready: 3,
	});
	const order = [3, 1, 2].map(revisionName);
	const rows = order.map((name, index) => rowOf(name, 10, [60, 30, 10][index] ?? 0));
	const weights = rows.map(({revision = '', configuredPercent: percent = 0}) => ({revision, percent}));
	const {screen} = await openOnConsole(
		() => <App copy={nothing} quit={nothing} redraw={nothing} suspend={nothing} />,
		{
			columns: 120,
			rows: 40,
			isStill: true,
			state: {
				...knowing(
					service,
					[4, 3, 2, 1].map(generation => revisionOf(generation)),
				),
				live: {
					uid: service.uid,
					snapshot: snapshotOf({state: 'running', answered: 30, rows, weights}),
					page: 0,
					background: 0,
				},
			},
		},
	);
	const lines = screen().split('\n');
	const between = (from: string, to: string) =>
		lines
			.slice(
				lines.findIndex(line => line.includes(from)),
				lines.findIndex(line => line.includes(to)),
			)
			.flatMap(line => /…0000\d(?= )/.exec(line)?.[0] ?? []);
	expect(between('2 Revisions', '3 Traffic')).toEqual(['…00003', '…00001', '…00002', '…00004']);
	expect(between('3 Traffic', '4 Live')).toEqual(['…00003', '…00001', '…00002']);
	expect(between('ANSWER', 'w history')).toEqual(['…00003', '…00001', '…00002']);
});
