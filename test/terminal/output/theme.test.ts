import {describe, expect, test} from 'vitest';
import {palettes} from '../../../source/terminal/output/palette.js';
import {createTheme} from '../../../source/terminal/output/theme.js';

test('NO_COLOR takes the colours, not what else tells one state from another', () => {
	const {styles} = createTheme({env: {NO_COLOR: '1'}});
	expect(Object.values(styles).some(style => style.color !== undefined)).toBe(false);
	expect(styles.bad).toEqual({bold: true});
	expect(createTheme({env: {NO_COLOR: ''}}).styles.ok.color).toBe('green');
});

test('a flag wins over the environment', () => {
	expect(createTheme({env: {NO_COLOR: '1'}, palette: 'standard'}).styles.ok.color).toBe('green');
	expect(createTheme({env: {KN_CANARY_ASCII: '1'}, isAscii: false}).isAscii).toBe(false);
});

test('the colour-blind palette has neither red nor green', () => {
	const colours = Object.values(createTheme({env: {}, palette: 'colour-blind'}).styles).map(
		({color}) => color ?? '',
	);
	expect(colours.filter(colour => /red|green/i.test(colour))).toEqual([]);
});

describe.each([true, false])('glyphs with isAscii %s', isAscii => {
	const {glyphs} = createTheme({env: {}, isAscii});

	test('tell every state from every other one without colour', () => {
		const states = [glyphs.ready, glyphs.waiting, glyphs.ok, glyphs.bad, glyphs.warning];
		expect(new Set(states).size).toBe(states.length);
	});

	test('are of the set that was asked for', () => {
		const all = JSON.stringify(glyphs);
		expect(/^\p{ASCII}*$/u.test(all)).toBe(isAscii);
		// Emoji presentation has another width in every other terminal.
		expect(all).not.toMatch(/\p{Emoji_Presentation}|\uFE0F/u);
	});
});

test.each(palettes)('the %s palette has a style for what is focused that is not colour alone', palette => {
	expect(createTheme({env: {}, palette}).styles.focused.bold).toBe(true);
});

test.each([
	[{LANG: 'C.UTF-8'}, false],
	[{LC_CTYPE: 'en_GB.utf8', LANG: 'C'}, false],
	[{LC_ALL: 'C', LANG: 'en_GB.UTF-8'}, true],
	[{LANG: 'de_DE.ISO-8859-1'}, true],
	[{LC_ALL: '', LANG: 'POSIX'}, true],
	[{}, false],
	[{LANG: 'C.UTF-8', TERM: 'linux'}, true],
	[{LANG: 'C.UTF-8', TERM: 'linux-16color'}, true],
	[{LANG: 'C.UTF-8', TERM: 'screen.linux'}, true],
	[{LANG: 'C.UTF-8', TERM: 'screen.xterm-256color'}, false],
	[{LANG: 'C.UTF-8', KN_CANARY_ASCII: '1'}, true],
])('where the locale has no other characters they are ASCII: %j', (env, isAscii) => {
	expect(createTheme({env}).isAscii).toBe(isAscii);
});

describe.each(['zh_CN.UTF-8', 'ja_JP.UTF-8', 'ko_KR.utf8', 'zh.UTF-8'])('in the locale %s', locale => {
	const env = {LC_CTYPE: locale, LANG: 'C.UTF-8'};

	test('glyphs are ASCII until the terminal has told that it draws the others in one column', () => {
		expect(createTheme({env}).isAscii).toBe(true);
		expect(createTheme({env, isNarrow: true}).isAscii).toBe(false);
		expect(createTheme({env, isNarrow: true, isAscii: true}).isAscii).toBe(true);
	});
});

test('a terminal that draws glyphs in two columns has ASCII, whatever was asked for', () => {
	expect(createTheme({env: {LANG: 'C.UTF-8'}, isAscii: false, isNarrow: false}).isAscii).toBe(true);
	expect(createTheme({env: {LANG: 'kok_IN.UTF-8'}}).isAscii).toBe(false);
});

test('the cursor is a mark where nothing can be inverse', () => {
	expect(createTheme({env: {TERM: 'dumb'}}).cursor).toBe('mark');
	expect(createTheme({env: {TERM: 'unknown'}}).cursor).toBe('mark');
	expect(createTheme({env: {TERM: 'xterm-256color'}}).cursor).toBe('inverse');
});
