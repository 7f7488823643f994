/** What the linear mode tells of changes that others have made. */
import {expect, test} from 'vitest';
import {historyLines} from '../../../source/headless/linear/changes-told.js';
import {newlyTold, toldOf} from '../../../source/headless/linear/told.js';
import type {HistoryEntry} from '../../../source/console/session/change-recorder.js';
import {createConsoleStore} from '../../../source/console/state/state.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {serviceView} from '../../knative/objects.js';

const service = {...serviceView(), name: 'cart', generation: 7, lastTool: 'kubectl-patch'};
const at = new Date(2026, 10, 25, 4, 0, 58).getTime();

const split = (old: number, fresh: number) =>
	splitOf({
		specTraffic: [
			{revision: 'cart-00001', percent: old, latest: false, tag: undefined},
			{revision: 'cart-00002', percent: fresh, latest: false, tag: undefined},
		],
		latestReady: undefined,
	});

const entry: HistoryEntry = {
	at,
	server: '',
	context: '',
	namespace: 'default',
	service: 'cart',
	uid: service.uid,
	generation: 7,
	by: 'bob',
	own: false,
	reason: 'not from this console',
	before: split(90, 10),
	after: split(50, 50),
	command: '',
};

const toldWith = (history: HistoryEntry[], {generation = 7, now = at} = {}) => {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	store.setState({services: [{...service, generation}], history});
	return toldOf(store.getState(), now);
};

const changes = (told: string[]) => told.filter(sentence => sentence.includes('changed cart'));

test("a colleague's change is told once, with who, how and what", () => {
	const before = toldWith([]);
	const early = toldWith([entry], {generation: 6});
	expect(changes(newlyTold(before, early))).toEqual([]);
	const now = toldWith([entry]);
	expect(changes(newlyTold(early, now))).toEqual([
		'bob changed cart: 00001 90 to 50 %, 00002 10 to 50 % with kubectl-patch, not from this console.',
	]);
	// By a write that comes after it the tool is no longer known.
	expect(changes(newlyTold(now, toldWith([entry], {generation: 8})))).toEqual([]);
});

test('an own change is not told as that of a colleague, nor is an old one', () => {
	expect(changes([...toldWith([{...entry, own: true}]).values()])).toEqual([]);
	expect(changes([...toldWith([entry], {now: at + 60_000}).values()])).toEqual([]);
});

test('the history has own writes and the changes of others, with the time of the clock', () => {
	const own = {at: at - 1000, title: 'split cart', command: '', outcome: 'done'};
	expect(historyLines({writes: [own], history: [entry, {...entry, own: true}]}, at + 5000)).toEqual([
		'04:00:57  split cart: done',
		'04:00:58  bob changed cart: 00001 90 to 50 %, 00002 10 to 50 % (not from this console)',
	]);
});
