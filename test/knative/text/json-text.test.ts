import {expect, test} from 'vitest';
import {jsonOf, jsonOrText} from '../../../source/knative/text/json-text.js';

test.each([
	['{"a":[1]}', {a: [1]}],
	['null', null],
	['0', 0],
	['""', ''],
])('what %s says is what it says', (text, value) => {
	expect(jsonOf(text)).toEqual(value);
	expect(jsonOrText(text)).toEqual(value);
});

test.each(['', '{', '<html>', '{"a":1}{"a":2}'])('%j is no JSON: nothing, or the text itself', text => {
	expect(jsonOf(text)).toBeUndefined();
	expect(jsonOrText(text)).toBe(text);
});
