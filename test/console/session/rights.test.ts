/** What the operator may do: asked when it is needed, and again while a review is open. */
import {beforeEach, describe, expect, it} from 'vitest';
import {followRights, rightsIn} from '../../../source/console/session/rights.js';
import {createConsoleStore, type ConsoleStore} from '../../../source/console/state/state.js';
import {cluster, server, timers, withCluster} from '../../kube/answered-cluster.js';
import {rollbackPlan, sheetOn} from '../../screen/parts/review.js';
import {connected} from '../../screen/parts/state.js';
import {until} from '../../support/world.js';

withCluster();

let store: ConsoleStore;
let controller: AbortController;

beforeEach(() => {
	store = createConsoleStore({to: 'test', namespace: 'default', requestOptions: undefined});
	controller = new AbortController();
});

const follow = () => followRights(store, cluster, {namespace: 'default'}, controller.signal, timers);

/** Answers that many questions; returns what was asked, as `patch services in default`. */
async function answer(count: number, allowed: boolean): Promise<string[]> {
	const asked: string[] = [];
	for (let index = 0; index < count; index++) {
		const exchange = await server.next();
		const spec: unknown = Reflect.get(Object(exchange.body), 'spec');
		const of = Object(Reflect.get(Object(spec), 'resourceAttributes'));
		asked.push(
			`${Reflect.get(of, 'verb')} ${Reflect.get(of, 'resource')} in ${Reflect.get(of, 'namespace')}`,
		);
		exchange.answer(201, {status: {allowed, reason: allowed ? '' : 'the night is over'}});
	}
	return asked.toSorted();
}

const four = [
	'create services in default',
	'delete revisions in default',
	'delete services in default',
	'patch services in default',
];

/** Once the rights there are known. */
const known = async (namespace: string) =>
	until(store, `the rights in ${namespace}`, ({rights}) => rights.has(namespace));

const review = (namespace: string) => sheetOn({plan: {...rollbackPlan(), namespace}});

describe('the rights in the namespace', () => {
	it('are asked for at once where the services are there already', async () => {
		store.setState(connected);
		follow();
		expect(await answer(4, false)).toEqual(four);
		await known('default');
		expect(rightsIn(store.getState(), 'default').patch).toEqual({
			allowed: false,
			reason: 'the night is over',
		});
	});

	it('are asked for once the services are there, and again when that is wanted', async () => {
		const again = follow();
		store.setState(connected);
		expect(await answer(4, true)).toEqual(four);
		await known('default');
		again();
		expect(await answer(4, false)).toEqual(four);
		await until(store, 'the refusal', state => !rightsIn(state, 'default').create.allowed);
	});
});

describe('while a review is open', () => {
	it('the right that it takes is asked for again, until it is closed, and may be gone', async () => {
		follow();
		store.setState({sheets: [review('shop')]});
		timers.advance(5000);
		expect(await answer(1, false)).toEqual(['patch services in shop']);
		await known('shop');
		expect(rightsIn(store.getState(), 'shop')).toMatchObject({
			patch: {allowed: false, reason: 'the night is over'},
			create: {allowed: true},
		});
		timers.advance(5000);
		expect(await answer(1, true)).toEqual(['patch services in shop']);
		await until(store, 'the right again', state => rightsIn(state, 'shop').patch.allowed);
	});

	it('an answer that comes after it was closed changes nothing', async () => {
		const again = follow();
		store.setState(connected);
		await answer(4, true);
		await known('default');
		store.setState({sheets: [review('shop')]});
		timers.advance(5000);
		const late = await server.next();
		store.setState({sheets: []});
		late.answer(201, {status: {allowed: false, reason: 'the night is over'}});
		again();
		await answer(4, false);
		await until(store, 'the refusal', state => !rightsIn(state, 'default').create.allowed);
		expect(store.getState().rights.has('shop')).toBe(false);
	});
});
