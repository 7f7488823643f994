import {expect, test} from 'vitest';
import {withoutIds} from '../../../source/probe/transport/answer-summary.js';

test.each([
	['request 1f0c2e4ab9 failed', 'request 77ab23ffe0 failed'],
	['at 2026-11-27T07:23:42.010Z', 'at 2026-11-28T17:03:02.999Z'],
	['Request ID: wZq3-Kf8Jd0sLm2N_pQ7rT==', 'Request ID: aBc9dEf8gHi7jKl6mNo5pQ4r'],
	['reference #18.2d7c1702.1700000000.1a2b', 'reference #18.3e8d2813.1700000001.2b3c'],
])('%j says what %j says', (one, other) => {
	expect(withoutIds(one)).toBe(withoutIds(other));
});

test.each([
	['Not Found', 'Unauthorized'],
	['no route for this host', 'no healthy upstream'],
	['internationalisation-error', 'characteristically-wrong'],
])('%j is not what %j says', (one, other) => {
	expect(withoutIds(one)).not.toBe(withoutIds(other));
});
