/** A draft on top of what somebody else has made of the split meanwhile. */
import {expect, test} from 'vitest';
import {rebased} from '../../../source/knative/split/rebased.js';
import type {Split} from '../../../source/knative/split/split.js';
import {array, assert, constantFrom, property} from '../../support/property.js';

/** `1=90#stable 2=10#canary,v2`. */
const split = (words: string): Split =>
	words.split(' ').map(word => {
		const [share = '', tags = ''] = word.split('#');
		const [key = '', percent = ''] = share.split('=');
		return {
			key,
			revision: key,
			latest: false,
			percent: Number(percent),
			tags: tags === '' ? [] : tags.split(','),
			locked: false,
		};
	});

const words = (rows: Split) =>
	rows
		.map(({key, percent, tags}) => `${key}=${percent}${tags.length > 0 ? `#${tags.join(',')}` : ''}`)
		.join(' ');

test.each([
	[
		'is mine where nothing has changed',
		'1=90#stable 2=10',
		'1=80#stable 2=20',
		'1=90#stable 2=10',
		'1=80#stable 2=20',
	],
	[
		'leaves a tag where somebody has moved it, and the row that has it now',
		'1=90#stable 2=10#canary',
		'1=92#stable 2=8#canary',
		'1=90#stable 2=10 3=0#canary',
		'1=92#stable 2=8 3=0#canary',
	],
	[
		'keeps a tag that mine has moved',
		'1=90#stable 2=10#canary',
		'1=0#previous 2=100#stable',
		'1=80#stable 2=20#canary',
		'1=0#previous 2=100#stable',
	],
	['gives what theirs has begun nothing', '1=100', '1=50 2=50', '1=90 3=10#canary', '1=50 2=50 3=0#canary'],
	[
		'lets go of what theirs has taken out',
		'1=90 2=10 3=0#old',
		'1=80 2=20 3=0#old',
		'1=90 2=10',
		'1=80 2=20',
	],
	['keeps what mine gives traffic', '1=90 2=10', '1=50 2=50', '1=100', '1=50 2=50'],
	['leaves out what mine has taken out', '1=90 2=10 3=0', '1=90 2=10', '1=80 2=20 3=0', '1=90 2=10'],
	[
		'keeps what mine has taken out where somebody has tagged it since',
		'1=90 2=10 3=0',
		'1=90 2=10',
		'1=90 2=10 3=0#try',
		'1=90 2=10 3=0#try',
	],
	[
		'gives what both have begun the tags that theirs has given it',
		'1=100',
		'1=50 2=50#mine',
		'1=90 2=10#theirs',
		'1=50 2=50#theirs',
	],
	[
		'gives what mine alone has begun the tags of mine',
		'1=100',
		'1=50 2=50#mine',
		'1=100#stable',
		'1=50#stable 2=50#mine',
	],
])('%s', (_, base, mine, theirs, expected) => {
	expect(
		words(rebased({base: split(base), mine: split(mine), theirs: split(theirs), latestReady: '2'})),
	).toBe(expected);
});

test('has each tag once, each revision once, and sums to what mine sums to', () => {
	const any = constantFrom(
		'1=100',
		'1=90#stable 2=10#canary',
		'1=90#stable 2=10 3=0#canary',
		'1=0#previous 2=100#stable',
		'2=50#canary 3=50#stable,v3',
		'1=30 2=30#v3 3=40',
		'4=100#canary 1=0#stable',
	);
	assert(
		property(array(any, {minLength: 3, maxLength: 3}), ([base = '', mine = '', theirs = '']) => {
			const rows = rebased({base: split(base), mine: split(mine), theirs: split(theirs), latestReady: '2'});
			const tags = rows.flatMap(row => row.tags);
			expect(new Set(tags).size).toBe(tags.length);
			expect(new Set(rows.map(({key}) => key)).size).toBe(rows.length);
			expect(rows.reduce((sum, {percent}) => sum + percent, 0)).toBe(100);
		}),
	);
});

const following = (percent: number, revision: string): Split => [
	{key: '1', revision: '1', latest: false, percent: 100 - percent, tags: [], locked: false},
	{key: '@latest', revision, latest: true, percent, tags: [], locked: false},
];

test.each([
	['the split is as it was', 20],
	['the split has changed', 40],
])('what follows the latest is the one that does by now, where %s', (_, share) => {
	const rows = rebased({
		base: following(20, '2'),
		mine: following(23, '2'),
		theirs: following(share, '3'),
		latestReady: '3',
	});
	expect(rows).toEqual(following(23, '3'));
});
