/** Whether this program may have been the last to write an object. */
import {expect, it} from 'vitest';
import {mayBeOurs} from '../../../source/kube/write/managed-by.js';

type Entry = {manager?: string; time?: string; subresource?: string};
const [earlier, later] = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z'];
const ours = 'kn-canary';

it.each<[entries: Entry[], answer: boolean]>([
	[[{manager: ours, time: later}], true],
	[
		[
			{manager: ours, time: later},
			{manager: 'kubectl', time: earlier},
		],
		true,
	],
	[
		[
			{manager: ours, time: earlier},
			{manager: 'kubectl', time: later},
		],
		false,
	],
	[
		[
			{manager: 'kubectl', time: later},
			{manager: ours, time: earlier},
		],
		false,
	],
	// Within one second nobody can tell.
	[
		[
			{manager: ours, time: later},
			{manager: 'kubectl', time: later},
		],
		true,
	],
	// The controllers write the status after every change.
	[
		[
			{manager: ours, time: earlier},
			{manager: 'controller', time: later, subresource: 'status'},
		],
		true,
	],
	[[{manager: ours, time: later, subresource: 'status'}], false],
	[[{manager: 'kubectl', time: later}], false],
	[[{manager: ours}], true],
	[[{time: later}], false],
	[[], false],
])('with %j: %s', (managedFields, answer) => {
	expect(mayBeOurs({metadata: {managedFields}})).toBe(answer);
});

it('not where the object does not say who wrote it', () => {
	expect(mayBeOurs({metadata: {}})).toBe(false);
	expect(mayBeOurs(undefined)).toBe(false);
});
