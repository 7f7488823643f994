/** Which services a filter lets through. */
import {expect, it} from 'vitest';
import {visibleServices} from '../../../source/console/state/visible.js';
import {serviceView} from '../../knative/objects.js';
import {canaryTraffic} from '../../screen/parts/state.js';

const releasing = serviceView({traffic: canaryTraffic, ready: 2});
const resting = serviceView({
	edit(object) {
		object.metadata.name = 'checkout';
	},
});

const namesBy = (filter: string) =>
	visibleServices({services: [releasing, resting], filter, scope: {kind: 'one'}}).map(({name}) => name);

it.each([
	['check', ['checkout']],
	['releasing', [releasing.name]],
	// As it is read of, with the key that opens the filter before it.
	['/releasing', [releasing.name]],
	['//Check ', ['checkout']],
	['/', [releasing.name, 'checkout']],
	['a/b', []],
])('%s lets %j through', (filter, names) => {
	expect(namesBy(filter)).toEqual(names);
});
