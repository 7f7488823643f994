/** What is said of a session when it ends. */
import {expect, it} from 'vitest';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import {endsOf, sessionLines} from '../../../source/console/sheets/quit-sheet.js';
import {createConsoleStore} from '../../../source/console/state/state.js';
import type {WriteRecord} from '../../../source/console/sheets/sheets.js';
import {diffSplit, type SplitRow} from '../../../source/knative/split/split.js';
import {serviceView} from '../../knative/objects.js';
import {snapshotOf} from '../../screen/live/snapshot.js';

const row = (number: number, percent: number, {tags = [], latest = false}: Partial<SplitRow> = {}) => {
	const revision = `cart-0000${number}`;
	return {key: latest ? '@latest' : revision, revision, latest, percent, tags, locked: false};
};

const said = (before: readonly SplitRow[], after: readonly SplitRow[], arrow?: string) => {
	const write: WriteRecord = {
		at: 0,
		title: 'roll back cart',
		command: 'kubectl patch',
		outcome: 'done',
		change: {service: 'cart', rows: diffSplit(before, after)},
	};
	return sessionLines({writes: [write]}, () => '03:12:46', arrow).join('\n');
};

it('each change of a split is said with what it was before and after, in letters that every terminal has', () => {
	const [before, after] = [
		[row(1, 90), row(2, 10)],
		[row(1, 100), row(2, 0)],
	];
	expect(said(before, after)).toBe('03:12:46  roll back cart (00001 90 -> 100 %, 00002 10 -> 0 %): done');
	expect(said(before, after, 'to')).toContain('00001 90 to 100 %');
});

it('a revision that is pinned instead of followed has kept its share', () => {
	expect(said([row(2, 100, {latest: true})], [row(1, 100), row(2, 0)])).toContain(
		'(00002 100 -> 0 %, 00001 0 -> 100 %)',
	);
	expect(said([row(2, 100, {latest: true})], [row(2, 100)])).toBe('03:12:46  roll back cart: done');
});

it('where no share changes the tags are said', () => {
	expect(
		said([row(1, 100, {tags: ['old']}), row(2, 0)], [row(1, 100), row(2, 0, {tags: ['beta']})]),
	).toContain('(00001 tags none, 00002 tags beta)');
});

it('a write that changes no split is said by itself, and one without an answer as that', () => {
	const write = {at: 0, title: 'create service shop', command: '', outcome: ''};
	expect(sessionLines({writes: [write]}, () => '03:12:46')).toEqual([
		'03:12:46  create service shop: sent, outcome not known',
	]);
});

it('requests that are being sent are said without a count that would be old at once', () => {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	const service = serviceView();
	const verdict = {...verdictOf(service.uid, snapshotOf({answered: 70})), isRunning: true};
	store.setState({services: [service], verdicts: new Map([[service.uid, verdict]])});
	expect(endsOf(store.getState())).toEqual([`running: requests to ${service.name}`]);
});
