/** Which revision is stable and which canary, and what the verbs make of it: the situations that went wrong, one by one. */
import {expect, it} from 'vitest';
import {promote} from '../../../source/knative/release/verbs/promote.js';
import {releaseOf} from '../../../source/knative/release/release.js';
import {trafficWarnings} from '../../../source/knative/release/warnings.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {serviceView} from '../objects.js';
import {latest, madeOf, pin, targetsOf} from './deployed.js';

it('what a promotion leaves in the split does not go by what one machine remembers', () => {
	const model = madeOf(2);
	model.watched('bobs', 'kim', () => model.write('kim', [pin(2, 0), pin(1, 100, 'canary')]));
	model.pass(60);
	expect(model.facts('bobs').changes).toHaveLength(1);
	expect(targetsOf(promote(model.facts('bobs')))).toEqual(targetsOf(promote(model.facts('anns'))));
});

it('what followed the latest and is pinned at the same share is no news to users', () => {
	const model = madeOf(2);
	const {service, revisions} = model.facts();
	const before = splitOf(service);
	const after = before.map(row => ({...row, key: 'cart-00002', latest: false}));
	expect(trafficWarnings(service, revisions, before, after)).toEqual([]);
});

it('what is deployed before any revision has been ready is no canary: it is tried beside nothing', () => {
	const service = serviceView({
		traffic: [latest(100)],
		edit(object) {
			object.status.traffic = [];
			delete object.status.latestReadyRevisionName;
		},
	});
	const {canary, stable, doubt, reason} = releaseOf({service, revisions: [], changes: []});
	expect({canary, stable, doubt}).toEqual({canary: undefined, stable: undefined, doubt: undefined});
	expect(reason).toBe('There is no canary.');
});
