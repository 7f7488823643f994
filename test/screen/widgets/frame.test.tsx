import {renderToString, Text} from 'ink';
import {describe, expect, test} from 'vitest';
import {frameContentSize} from '../../../source/screen/widgets/frame-lines.js';
import {Frame} from '../../../source/screen/widgets/frame.js';
import {widthOf} from '../../../source/screen/widgets/table/fit-text.js';
import {ThemeContext} from '../../../source/screen/widgets/theme-context.js';
import {createTheme} from '../../../source/terminal/output/theme.js';

const draw = (frame: React.ReactElement) => renderToString(frame, {columns: 200}).split('\n');

test('the title stands in the border, and the focus is seen without colour', () => {
	expect(
		draw(
			<Frame width={30} height={3} title="1 Services" aside="default" isFocused>
				<Text>hello</Text>
			</Frame>,
		),
	).toEqual([
		'╭▸1 Services ────── default ─╮',
		'│ hello                      │',
		'╰────────────────────────────╯',
	]);
	expect(draw(<Frame width={14} height={2} title="4 Live" />)).toEqual(['╭ 4 Live ────╮', '╰────────────╯']);
});

test('in ASCII it is drawn in ASCII', () => {
	const lines = draw(
		<ThemeContext value={createTheme({env: {}, isAscii: true})}>
			<Frame width={20} height={3} title="a title much too long" isFocused />
		</ThemeContext>,
	);
	expect(lines).toEqual(['+>a title much t~ -+', '|                  |', '+------------------+']);
});

describe.each(['1 Services', '製品サービス一覧', '', '👩‍🚀 e\u0301'])('titled %j', title => {
	test('has exactly the size it was given, at every size', () => {
		for (let width = 2; width <= 60; width++) {
			for (const height of [2, 3, 7]) {
				const lines = draw(
					<Frame width={width} height={height} title={title} aside="draft · 100" isFocused={width % 2 === 0}>
						<Text wrap="truncate">{'content that is much longer than the frame is wide '.repeat(3)}</Text>
						<Text>{'line\n'.repeat(20)}</Text>
					</Frame>,
				);
				expect(lines.length).toBe(height);
				expect(lines.map(line => widthOf(line))).toEqual(lines.map(() => width));
				expect(lines[0]).toMatch(/^╭.*╮$/);
				expect(lines.at(-1)).toMatch(/^╰─*╯$/);
			}
		}
	});
});

test('the aside goes before the title is cut', () => {
	expect(draw(<Frame width={22} height={2} title="3 Traffic" aside="draft · 100" />)[0]).toBe(
		'╭ 3 Traffic ─────────╮',
	);
});

test('what is left for the content is what can be drawn into', () => {
	expect(frameContentSize(30, 5)).toEqual({width: 26, height: 3});
	expect(frameContentSize(30, 5, 0)).toEqual({width: 28, height: 3});
	expect(frameContentSize(1, 1)).toEqual({width: 0, height: 0});
});
