import {expect, it} from 'vitest';
import {usersJson} from '../../../source/headless/users/users-text.js';
import {serviceView} from '../../knative/objects.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';

const revision = 'helloworld-go-00002';

it('an object says what the lines call bad: a revision that fails its users, and one that keeps them', () => {
	const failing = {revision, failed: 9, requests: 40, limit: 0.05};
	const kept = {revision, requests: 60, others: 5};
	const window = usersWindow([usersRow(revision, 9)]);
	const json = (part: Parameters<typeof usersSnapshot>[1]) =>
		usersJson(serviceView(), usersSnapshot(window, part));
	expect(json({failing: {...failing, isOld: false}, kept})).toMatchObject({failing, kept});
	expect(json({})).toMatchObject({failing: null, kept: null});
});
