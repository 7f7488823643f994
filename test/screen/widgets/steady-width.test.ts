import {expect, test} from 'vitest';
import {steadyWidth} from '../../../source/screen/widgets/steady-width.js';

test.each([
	['👩‍👩‍👧', '👩👩👧'],
	['👍🏽', '👍'],
	['🇩🇪', 'DE'],
	['1️⃣', '1'],
	['❤️', '❤'],
	['🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴'],
])('%s is taken apart', (joined, apart) => {
	expect(steadyWidth(`a ${joined} b`)).toBe(`a ${apart} b`);
});

test.each(['Hello World!', '你好', '🚀', 'é', '', '␛[2J<U+202E>'])('%s stays as it is', text => {
	expect(steadyWidth(text)).toBe(text);
});
