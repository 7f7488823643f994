import {expect, it} from 'vitest';
import {splitOf, type Split} from '../../../../source/knative/split/split.js';
import {SplitBar, SplitRowLine} from '../../../../source/screen/panes/traffic/split-rows.js';
import {serviceView} from '../../../knative/objects.js';
import {openOnConsole} from '../../parts/on-console.js';
import {canaryTraffic} from '../../parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});
const split = splitOf(service);

async function rowsOf(
	given: Split,
	part: Partial<
		Pick<Parameters<typeof SplitRowLine>[0], 'before' | 'base' | 'isChangedByOthers' | 'typed'>
	> = {},
): Promise<string[]> {
	const {screen} = await openOnConsole(
		() => (
			<>
				{given.map(row => (
					<SplitRowLine
						key={row.key}
						row={row}
						width={98}
						service={service}
						split={given}
						release={undefined}
						before={row.percent}
						base={undefined}
						isChangedByOthers={false}
						typed={undefined}
						marks={new Map()}
						isServed
						{...part}
					/>
				))}
			</>
		),
		{columns: 100, rows: 6},
	);
	return screen().split('\n');
}

const bar = (line: string) => /[█▓▒░▄▀]{2,}/.exec(line);

it('has name, tag and share of a target, and its bar at its place in the whole', async () => {
	const [first = '', second = ''] = await rowsOf(split);
	expect(first).toMatch(/…00001 +stable .* 90 %$/);
	expect(second).toMatch(/…00002 +canary .* 10 %$/);
	expect(bar(second)?.index).toBe((bar(first)?.index ?? 0) + (bar(first)?.[0].length ?? 0));
});

it('says from what to what is drafted, what is typed, and what others made of it meanwhile', async () => {
	expect((await rowsOf(split, {before: 40}))[0]).toMatch(/40 → 90 %$/);
	expect((await rowsOf(split, {before: undefined}))[0]).toMatch(/– → 90 %$/);
	expect((await rowsOf(split, {typed: '7'}))[0]).toMatch(/ 7. %$/);
	expect((await rowsOf(split, {before: 30, base: 50, isChangedByOthers: true}))[0]).toContain(
		'was 50, theirs 30',
	);
});

it('marks a locked row, and names what follows the latest with what that is', async () => {
	const [first, second] = split;
	const [locked = '', latest = ''] = await rowsOf([
		{...first!, locked: true},
		{...second!, key: '@latest', latest: true},
	]);
	const [open = ''] = await rowsOf(split);
	expect(locked).not.toBe(open);
	expect(latest).toMatch(/latest \(…00002\)/);
});

it('is one bar for all of them where there is no room for rows', async () => {
	const {screen} = await openOnConsole(
		() => (
			<SplitBar
				label="set"
				percents={[90, 10]}
				revisions={split.map(({revision}) => revision)}
				service={service}
				split={split}
				release={undefined}
				marks={new Map()}
				width={80}
			/>
		),
		{columns: 80, rows: 2},
	);
	expect(screen()).toMatch(/^ {2}set .* 90│10$/);
});
