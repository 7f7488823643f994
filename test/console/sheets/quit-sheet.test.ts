/** What is said of a session when it ends. */
import {expect, it} from 'vitest';
import {sessionLines} from '../../../source/console/sheets/quit-sheet.js';
import type {WriteRecord} from '../../../source/console/sheets/sheets.js';
import type {SplitRow} from '../../../source/knative/split/split.js';

const row = (number: number, percent: number, tags: string[] = []): SplitRow => {
	const revision = `cart-0000${number}`;
	return {key: revision, revision, latest: false, percent, tags, locked: false};
};

const write = (part: Partial<WriteRecord>): WriteRecord => ({
	at: 0,
	title: 'roll back cart',
	command: 'kubectl patch',
	outcome: 'done',
	...part,
});

const said = (part: Partial<WriteRecord>, arrow?: string) =>
	sessionLines({writes: [write(part)]}, () => '03:12:46', arrow);

it('each change of a split is said with what it was before and after, in letters that every terminal has', () => {
	const splits = {before: [row(1, 90, ['stable']), row(2, 10)], after: [row(1, 100, ['stable']), row(2, 0)]};
	expect(said({splits})).toEqual([
		'03:12:46  roll back cart (cart-00001 90 -> 100 %, cart-00002 10 -> 0 %): done',
	]);
	expect(said({splits}, 'to')[0]).toContain('cart-00001 90 to 100 %');
});

it('what came into the split and what left it is said by name', () => {
	const splits = {before: [row(1, 100)], after: [row(2, 0, ['canary']), row(3, 100)]};
	expect(said({title: 'split cart', splits, outcome: ''})[0]).toBe(
		'03:12:46  split cart (cart-00002 added at 0 % tags canary, cart-00003 added at 100 %, cart-00001 removed (100 %)): sent, outcome not known',
	);
});

it('a write that changes no split is said by itself', () => {
	expect(said({title: 'create service shop'})).toEqual(['03:12:46  create service shop: done']);
});
