import {expect, it} from 'vitest';
import {saidText, saying, visibleJson} from '../../source/headless/said.js';

it('nothing that a terminal would act on gets through but the ends of lines', () => {
	expect(saidText('a\u001B]52;c;eA==\u0007b\r\n\u009B2J\u202Ec\n')).toBe(
		'a␛]52;c;eA==␇b␍\n<U+009B>2J<U+202E>c\n',
	);
	const written: string[] = [];
	saying({write: (text: string) => written.push(text)}).write('\u001B[2J');
	expect(written).toEqual(['␛[2J']);
});

it('the last line can be drawn over, whatever is in it', () => {
	expect(saidText('\r12 of 100\u001B[K')).toBe('\r12 of 100\u001B[K');
	expect(saidText('\r\u001B[2J\u001B[K')).toBe('\r␛[2J\u001B[K');
	expect(saidText('\u001B[K')).toBe('␛[K');
});

it('JSON stays the same value, and has no character in it that acts', () => {
	const value = {text: 'a\u001B\u007F\u009B\u202E\u2028\u200Bé👩‍💻', list: [1]};
	const text = visibleJson(value, 2);
	expect(JSON.parse(text)).toEqual(value);
	expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202E\u2028\u200B]/u);
});
