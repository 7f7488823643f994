import {describe, expect, test} from 'vitest';
import {
	addRow,
	completeOn,
	diffSplit,
	dropTag,
	equalSplits,
	even,
	follow,
	lacksTaker,
	latestKey,
	lock,
	move,
	partedLatest,
	pin,
	pinnedAsMeant,
	putTag,
	set,
	splitOf,
	takeOut,
	toTargets,
	type Split,
} from '../../../source/knative/split/split.js';
import {serviceView} from '../objects.js';
import {split, written} from './notation.js';

describe('moving a row', () => {
	test.each([
		['a=50 b=50', 'a', 10, 'a=60 b=40'],
		['a=50 b=50', 'a', -10, 'a=40 b=60'],
		['a=50 b=30 c=20', 'a', 10, 'a=60 b=24 c=16'],
		['a=0 b=75 c=25', 'a', 1, 'a=1 b=74 c=25'],
		['a=100 b=0 c=0', 'a', -25, 'a=75 b=13 c=12'],
		['a=50 b=50', 'a', 1000, 'a=100 b=0'],
		['a=50 b=50', 'a', -1000, 'a=0 b=100'],
		['a=20 b=30! c=50', 'a', 1000, 'a=70 b=30! c=0'],
		['a=20! b=30 c=50', 'a', 5, 'a=20! b=30 c=50'],
		['a=20 b=80!', 'a', 5, 'a=20 b=80!'],
		['a=100', 'a', -5, 'a=100'],
		['a=50 b=50', 'nobody', 5, 'a=50 b=50'],
	])('%s: %s by %i makes %s', (before, key, delta, after) => {
		expect(written(move(split(before), key, delta))).toBe(after);
	});

	test('what the others have no share to part by goes to the taker alone', () => {
		const before = split('a=100 b=0 c=0');
		const there = move(before, 'a', -10, 'c');
		expect(written(there)).toBe('a=90 b=0 c=10');
		expect([lacksTaker(before, 'a'), lacksTaker(there, 'a'), lacksTaker(before, 'b')]).toEqual([
			true,
			false,
			false,
		]);
		expect(written(move(there, 'a', -10, 'c'))).toBe('a=80 b=0 c=20');
		expect(written(takeOut(before, 'a', 'c').split)).toBe('b=0 c=100');
		// Shares tell.
		expect(written(move(split('a=90 b=10 c=0'), 'a', -10, 'c'))).toBe('a=80 b=20 c=0');
		expect(lacksTaker(split('a=90 b=10 c=0'), 'a')).toBe(false);
	});

	test('what the taker alone has got goes back from it alone, whoever asks', () => {
		const there = move(split('a=100 b=0 c=0'), 'a', -20, 'b');
		expect(written(move(there, 'a', 10))).toBe('a=90 b=10 c=0');
		expect(written(set(there, 'a', 90, 'c'))).toBe('a=90 b=10 c=0');
		expect(written(move(move(there, 'a', 20), 'a', -5))).toBe('a=95 b=5 c=0');
		expect(written(takeOut(there, 'a').split)).toBe('b=100 c=0');
	});

	test('a row that was moved to 100 and is taken out leaves all to those that had a share', () => {
		const whole = move(split('a=90 b=10 c=0'), 'a', 10);
		expect(lacksTaker(whole, 'a')).toBe(false);
		expect(written(takeOut(whole, 'a').split)).toBe('b=100 c=0');
	});

	test('through 100 and back restores what the others had', () => {
		const before = split('a=10 b=60 c=30');
		const there = move(before, 'a', 90);
		expect(written(there)).toBe('a=100 b=0 c=0');
		expect(written(move(there, 'a', -90))).toBe(written(before));
	});

	test('after another row was moved keeps the shares as they are then', () => {
		const before = split('a=10 b=60 c=30');
		const both = move(move(before, 'a', 20), 'b', 4);
		expect(written(both)).toBe('a=28 b=51 c=21');
	});

	test('to a typed share takes digits one after the other', () => {
		const typed = set(set(split('a=50 b=30 c=20'), 'a', 1), 'a', 12);
		expect(written(typed)).toBe(written(set(split('a=50 b=30 c=20'), 'a', 12)));
		expect(written(set(split('a=50 b=50'), 'a', Number.NaN))).toBe('a=50 b=50');
	});
});

describe('the other operations', () => {
	test.each([
		['equal shares', even(split('a=100 b=0 c=0')), 'a=34 b=33 c=33'],
		['equal shares beside a locked row', even(split('a=1! b=99 c=0')), 'a=1! b=50 c=49'],
		['equal shares when all are locked', even(split('a=30! b=70!')), 'a=30! b=70!'],
		['complete', completeOn(split('a=50#x b=50'), 'b'), 'a=0#x b=100'],
		['complete beside a locked row', completeOn(split('a=50! b=20 c=30'), 'c'), 'a=50! b=0 c=50'],
		['complete on a locked row', completeOn(split('a=50! b=50'), 'a'), 'a=50! b=50'],
		['complete on a locked row of several', completeOn(split('a=50! b=40 c=10'), 'a'), 'a=50! b=40 c=10'],
		['complete on an unknown row', completeOn(split('a=90 b=10'), 'x'), 'a=90 b=10'],
		['lock and unlock', lock(lock(split('a=50 b=50'), 'a'), 'a'), 'a=50 b=50'],
		['add a row', addRow(split('a=100'), 'b'), 'a=100 b=0'],
		['add a row that is there', addRow(split('a=100'), 'a'), 'a=100'],
		[
			'pin a revision beside the one that follows the latest',
			addRow(split('@latest=100'), 'r'),
			'@latest=100 r=0',
		],
		['a tag moves', putTag(split('a=50#x#y b=50'), 'b', 'x'), 'a=50#y b=50#x'],
		['a tag for an unknown row', putTag(split('a=100#x'), 'b', 'x'), 'a=100#x'],
		['a tag goes', dropTag(split('a=50#x b=50#y'), 'y'), 'a=50#x b=50'],
	])('%s', (_what, after, expected) => {
		expect(written(after)).toBe(expected);
	});

	test('taking a row out gives its share to the others in their proportions', () => {
		expect(written(takeOut(split('a=40 b=40 c=20'), 'a').split)).toBe('b=67 c=33');
		expect(written(takeOut(split('a=100 b=0 c=0'), 'a').split)).toBe('b=50 c=50');
		expect(written(takeOut(split('a=40 b=40! c=20'), 'a').split)).toBe('b=40! c=60');
		expect(written(takeOut(split('a=0 b=100!'), 'a').split)).toBe('b=100!');
	});

	test.each([
		['a=100', 'a', 'a is the only one in the split; all traffic has to go somewhere.'],
		['a=40! b=60', 'a', 'a is locked; unlock it first.'],
		['a=40 b=60!', 'a', 'All others are locked, so nothing can take over the 40 % of a.'],
		['a=100', 'b', 'b is not part of the split.'],
	])('taking out of %s the row %s is refused', (before, key, refused) => {
		const rows = split(before);
		expect(takeOut(rows, key)).toEqual({split: rows, refused});
	});

	test('pinning what follows the latest keeps its share and merges it with a row of that revision', () => {
		expect(pin(split('@latest=60#canary a=40')).split).toEqual(split('r=60#canary a=40'));
		expect(written(pin(split('@latest=60#canary r=40#stable')).split)).toBe('r=100#canary#stable');
		expect(pin(split('a=100')).refused).toBe('No row follows the latest revision; all are pinned already.');
		const unready: Split = [{...split('@latest=100')[0]!, revision: undefined}];
		expect(pin(unready)).toEqual({
			split: unready,
			refused: 'No revision is ready yet, so there is none to pin.',
		});
	});

	test.each([
		['@latest=60#canary#blue a=40', 'r=60#blue @latest=0#canary a=40'],
		['@latest=60#canary r=40#stable', 'r=100#stable @latest=0#canary'],
		['@latest=100#blue', 'r=100#blue'],
		['@latest=0#canary r=100', '@latest=0#canary r=100'],
		['a=100', 'a=100'],
	])('while the newest is not ready %s stands for %s', (before, after) => {
		expect(written(partedLatest(split(before), 'canary'))).toBe(after);
		expect(written(pinnedAsMeant(split(before), 'z', 'canary'))).toBe(after);
		expect(pinnedAsMeant(split(before), 'r', 'canary')).toEqual(split(before));
	});

	test('while no revision was ever ready there is none to pin the row to that follows the latest', () => {
		const unready = split('@latest=100#canary').map(row => ({...row, revision: undefined}));
		expect(partedLatest(unready, 'canary')).toEqual(unready);
	});

	test.each([
		['@latest=60! r=40', 'r=100!'],
		['@latest=60 r=40!', 'r=100!'],
		['@latest=60 r=40', 'r=100'],
	])('a row that is merged from %s is locked where one of them was', (before, after) => {
		expect(written(pin(split(before)).split)).toBe(after);
		expect(written(follow(split(before), 'r', 'r').split)).toBe(after.replace('r', latestKey));
	});

	test('following the latest is chosen for one row and says whom it resolves to', () => {
		expect(follow(split('r=60#canary a=40'), 'r', 'r').split).toEqual(split('@latest=60#canary a=40'));
		expect(written(follow(split('@latest=60 a=40#stable'), 'a', 'r').split)).toBe('@latest=100#stable');
		expect(follow(split('@latest=100'), latestKey, 'r').refused).toBe(
			'It follows the latest revision already.',
		);
	});
});

describe('reading and writing spec.traffic', () => {
	test('entries of one revision become one row, with all tags', () => {
		const rows = splitOf(
			serviceView({
				ready: 2,
				traffic: [
					{revisionName: 'helloworld-go-00001', percent: 30, tag: 'stable'},
					{latestRevision: true, percent: 20, tag: 'canary'},
					{revisionName: 'helloworld-go-00001', percent: 40},
					{revisionName: 'helloworld-go-00001', percent: 0, tag: 'old'},
					{revisionName: 'helloworld-go-00002', percent: 10},
				],
			}),
		);
		expect(written(rows)).toBe('helloworld-go-00001=70#stable#old @latest=20#canary helloworld-go-00002=10');
		expect(rows[1]).toMatchObject({latest: true, revision: 'helloworld-go-00002'});
	});

	test('each tag is an entry, the first with the share', () => {
		expect(toTargets(split('a=70#stable#old @latest=30 b=0'))).toEqual([
			{revisionName: 'a', percent: 70, tag: 'stable'},
			{revisionName: 'a', percent: 0, tag: 'old'},
			{latestRevision: true, percent: 30},
			{revisionName: 'b', percent: 0},
		]);
	});

	test('a difference names what comes, goes, moves and changes its tags', () => {
		const before = split('a=50#x b=30 c=20');
		const after = split('a=50 b=40#x d=10');
		expect(diffSplit(before, after).map(({revision: _revision, latest: _latest, ...row}) => row)).toEqual([
			{key: 'a', before: 50, after: 50, tags: [], tagsBefore: ['x'], changed: true},
			{key: 'b', before: 30, after: 40, tags: ['x'], tagsBefore: [], changed: true},
			{key: 'c', before: 20, after: undefined, tags: [], tagsBefore: [], changed: true},
			{key: 'd', before: undefined, after: 10, tags: [], tagsBefore: [], changed: true},
		]);
		expect(equalSplits(before, after)).toBe(false);
		expect(equalSplits(before, lock(before, 'a'))).toBe(true);
		expect(equalSplits(split('a=50 b=50'), split('b=50 a=50'))).toBe(true);
		expect(equalSplits(split('a=100'), split('a=100 b=0'))).toBe(false);
	});
});
