import {expect, test} from 'vitest';
import {podWords} from '../../../source/knative/revision/pod-words.js';

test.each([
	[1, 1, '1 of 1 pod'],
	[0, 2, '0 of 2 pods'],
	[1, 0, '1 pod, going down to 0'],
	[0, 0, 'no pods'],
	[3, undefined, '3 pods'],
])('%i of %j is %s', (actual, wanted, words) => {
	expect(podWords(actual, wanted)).toBe(words);
});
