import {expect, onTestFinished, test} from 'vitest';
import {nudge} from '../../source/console/state/draft.js';
import {startWorld} from '../support/world.js';

test('that there is nothing to review is said until there is', async () => {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	const console = await world.console('cart');
	const {store} = console;
	console.reviewDraft();
	expect(store.getState().notice?.text).toMatch(/^Nothing to review/);
	store.setState({filter: ''});
	expect(store.getState().notice?.text).toMatch(/^Nothing to review/);
	nudge(store, -10);
	expect(store.getState().notice).toBeUndefined();
	console.reviewDraft();
	expect(store.getState().sheets).toMatchObject([{kind: 'review'}]);
});
