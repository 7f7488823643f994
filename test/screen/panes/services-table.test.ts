import {expect, test} from 'vitest';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import {fitColumns} from '../../../source/screen/widgets/table/columns.js';
import {cellsOf, servicesColumns} from '../../../source/screen/panes/services-table.js';
import {widthOf} from '../../../source/screen/widgets/table/fit-text.js';
import {tableText, textOf} from '../../../source/screen/widgets/table/table-text.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import {revisionName, serviceView} from '../../knative/objects.js';
import {snapshotOf} from '../live/snapshot.js';
import {canaryTraffic} from '../parts/state.js';

test('what is bad for users, as the pods tell it, is the state of a service', () => {
	const service = serviceView({ready: 1});
	const theme = createTheme({env: {}});
	const shown = (news: Partial<Parameters<typeof cellsOf>[2]>) => {
		const cells = cellsOf(service, theme, {now: 0, ...news}).map(cell => textOf(cell));
		return [cells[0], cells[4]];
	};
	const verdict = {
		...verdictOf(service.uid, snapshotOf()),
		tone: 'good' as const,
		word: 'fine',
		isRunning: true,
	};
	expect(shown({usersAlarm: 'worse'})).toEqual(['✗', 'worse']);
	expect(shown({usersAlarm: 'wrong', verdict})).toEqual(['✗', 'wrong']);
	expect(shown({usersAlarm: 'wrong', verdict: {...verdict, tone: 'bad', word: 'down'}})).toEqual([
		'✗',
		'down',
	]);
});

test.each([true, false])(
	'the mark of a state is one column wide, which is what it has (ASCII: %s)',
	isAscii => {
		const service = serviceView({ready: 1});
		for (const tone of ['good', 'waiting', 'warning', 'bad'] as const) {
			const verdict = {...verdictOf(service.uid, snapshotOf()), tone, word: 'so', isRunning: true};
			const [mark] = cellsOf(service, createTheme({env: {}, isAscii}), {verdict, now: 0});
			expect([tone, widthOf(textOf(mark))]).toEqual([tone, 1]);
		}
	},
);

test('of all namespaces the mark tells a release under way, for which a narrow list has no column', () => {
	const shared = serviceView({traffic: canaryTraffic, ready: 2});
	const whole = serviceView({ready: 1});
	const theme = createTheme({env: {}});
	const marks = (isAcross: boolean) =>
		[shared, whole].map(service => textOf(cellsOf(service, theme, {now: 0, isAcross})[0]));
	expect(marks(true)).toEqual(['◐', '●']);
	expect(marks(false)).toEqual(['●', '●']);
});

/** Of a service with these shares. */
const splitOf = (percents: readonly number[]) => {
	const traffic = percents.map((percent, index) => ({revisionName: revisionName(index + 1), percent}));
	return textOf(cellsOf(serviceView({traffic, ready: 2}), createTheme({env: {}}), {now: 0})[3]);
};

test('a split that has no room says how many shares more it has, and is never cut within one', () => {
	const traffic = [60, 20, 10, 5, 5].map((percent, index) => ({
		revisionName: revisionName(index + 1),
		percent,
	}));
	const theme = createTheme({env: {}});
	const cells = cellsOf(serviceView({traffic, ready: 2}), theme, {now: 0});
	const shownIn = (width: number) => {
		const columns = [{title: '', priority: 0}];
		const table = {columns, widest: [12], width: width + 3, columnGap: 1};
		const pieces = tableText(table, theme.glyphs).pieces([cells[3]!]);
		return pieces
			.map(({text}) => text)
			.join('')
			.trim();
	};
	expect(shownIn(12)).toBe('60│20│10│5│5');
	expect(shownIn(11)).toBe('60│20│10│+2');
	expect(shownIn(8)).toBe('60│20│+3');
	expect(shownIn(7)).toBe('60│+4');
	expect(shownIn(5)).toBe('60│+4');
});

/** Columns of all namespaces in a narrow window, with names of these lengths. */
const columnsFor = (names: readonly [namespace: number, service: number]) =>
	fitColumns(servicesColumns(true, 29), [1, names[0], names[1], 0, 5, 5, 4, 20, 0], 26, 1).map(
		({index, width}) => [servicesColumns(true, 29)[index]?.title, width],
	);

test('of all namespaces, too, 80 columns have room for both names and a split', () => {
	expect(columnsFor([7, 10])).toEqual([
		[' ', 1],
		['NS', 7],
		['SERVICE', 10],
		['SPLIT', 5],
	]);
	expect(columnsFor([30, 40]).map(([title]) => title)).toEqual([' ', 'NS', 'SERVICE', 'SPLIT']);
});

test('what has no share is left out of a split of more than two', () => {
	expect(splitOf([75, 25, 0, 0])).toBe('75│25');
	expect(splitOf([100, 0, 0])).toBe('100');
	expect(splitOf([100, 0])).toBe('100│0');
});
