/** What is said of a service that is told of no more: it was deleted, it cannot be read, or its labels are others. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import {createConsole, type Console} from '../../../source/console/console.js';
import {lostGround} from '../../../source/console/sheets/review/lost-ground.js';
import {goneService, serviceRows, whyNoService} from '../../../source/console/state/read.js';
import {connect} from '../../../source/kube/connect.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {at, startApiRelay, tokenOf, type ApiRelay} from '../../support/kube/api-relay.js';
import {selectNamed} from '../../support/select.js';
import {reviewOf, startWorld, until, type World} from '../../support/world.js';

let world: World;
let relay: ApiRelay;
let console: Console;
/** What the API server says of cart makes no sense from now on. */
let isSpoilt: boolean;

beforeEach(async () => {
	world = await startWorld();
	const {kubeconfigPath} = world.sandbox;
	isSpoilt = false;
	relay = await startApiRelay(kubeconfigPath, {
		rules: {
			token: tokenOf(kubeconfigPath),
			object(object) {
				if (isSpoilt && at(object, 'metadata')['name'] === 'cart') object['spec'] = {template: 'none'};
			},
		},
	});
});

afterEach(async () => {
	await console.stop();
	await relay.close();
	await world.stop();
});

async function open(selector?: string): Promise<void> {
	console = createConsole({to: 'test', namespace: 'default', selector});
	console.connected(await connect({kubeconfigText: kubeconfigFor(relay.url)}));
	await until(
		console.store,
		'cart and its revisions',
		({services, revisions}) => services.some(({name}) => name === 'cart') && revisions.has('default/cart'),
	);
	selectNamed(console.store, 'cart');
}

const relabel = async (labels: object) => world.patch('cart', {metadata: {labels}});
const lost = () => {
	const state = console.store.getState();
	return lostGround(state, reviewOf(state))?.sentence;
};

it.each([
	{
		what: 'deleted',
		absence: 'deleted',
		words: 'cart was deleted',
		lose: async () => world.delete('cart'),
	},
	{
		what: 'not to be read',
		absence: 'unreadable',
		words: 'cart cannot be read any more',
		async lose() {
			isSpoilt = true;
			await relabel({spoilt: 'yes'});
		},
	},
	{
		what: 'without the labels that are shown',
		absence: 'unlisted',
		words: 'cart was deleted, or its labels changed',
		selector: 'shown=yes',
		lose: async () => relabel({shown: null}),
	},
])('of one that is $what', async ({absence, words, selector, lose}) => {
	if (selector !== undefined) await relabel({shown: 'yes'});
	await open(selector);
	console.rollBack();
	expect(lost()).toBeUndefined();
	await lose();
	const state = await until(console.store, 'that it is gone', current => goneService(current) && current);
	expect(whyNoService(state)).toBe(`${words}. ↑↓ selects another service.`);
	expect(serviceRows(state)).toContainEqual(expect.objectContaining({name: 'cart', isGone: true, absence}));
	expect(lost()).toBe(`${words}.`);
});
