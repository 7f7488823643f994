/** One fill a revision, by what it is in the release and not by where it stands. */
import {expect, test} from 'vitest';
import {roleOf} from '../../../source/knative/release/release.js';
import {revisionMarks} from '../../../source/screen/release/revision-marks.js';
import {barParts} from '../../../source/screen/widgets/stacked-bar.js';
import {createTheme} from '../../../source/terminal/output/theme.js';

const theme = createTheme({env: {TERM: 'xterm-256color', LANG: 'C.UTF-8'}});
const target = (revision: string, percent: number) => ({
	revision,
	percent,
	latest: false,
	tag: undefined,
	url: undefined,
});
const named = (revision: string | undefined) => (revision === undefined ? undefined : {revision});
const fillsOf = (names: readonly string[], roles: {canary?: string; stable?: string}) => {
	const traffic = names.map(name => target(name, 0));
	const marks = revisionMarks(
		{statusTraffic: traffic, specTraffic: traffic},
		{canary: named(roles.canary), stable: named(roles.stable)},
		theme,
	);
	return names.map(name => marks.get(name)?.fill).join('');
};

test.each([
	[['a', 'b'], {canary: 'b', stable: 'a'}, '█▓'],
	[['b', 'a'], {canary: 'b', stable: 'a'}, '▓█'],
	[['old', 'a', 'b'], {canary: 'b', stable: 'a'}, '▒█▓'],
	[['a', 'b'], {}, '█▓'],
	[['a', 'b', 'c', 'd', 'e'], {stable: 'e'}, '▒░▄▀█'],
	[['a', 'b', 'c', 'd', 'e', 'f', 'g'], {canary: 'f', stable: 'g'}, '▒░▄▀▀▓█'],
	// What had the traffic before a promotion is no canary.
	[['new', 'previous'], {stable: 'new'}, '█▒'],
	[['new', 'previous', 'tried'], {stable: 'new', canary: 'tried'}, '█▒▓'],
	[['a', 'b'], {canary: 'b'}, '▒▓'],
])('%j with %j is %s', (names, roles, fills) => {
	expect(fillsOf(names, roles)).toBe(fills);
});

const having = (revision: string) => ({revision, percent: 50, because: ''});

test('a revision is what the release says, or nothing', () => {
	const release = {canary: having('b'), stable: having('a')};
	expect(['a', 'b', 'c'].map(name => roleOf(name, release))).toEqual(['stable', 'canary', undefined]);
});

test.each([
	[[90, 10], 50, [45, 5]],
	[[99, 1], 20, [19, 1]],
	[[0, 100], 10, [0, 10]],
	[[98, 1, 1], 3, [1, 1, 1]],
	[[50, 50], 0, [0, 0]],
])('parts of %j in %i cells are %j, one after the other', (percents, width, cells) => {
	const parts = barParts(percents, width);
	expect(parts.map(part => part.cells)).toEqual(cells);
	parts.reduce((from, part) => {
		expect(part.from).toBe(from);
		return from + part.cells;
	}, 0);
});
