/** A table kept by one watch: what it asks for, what it shows when, and what it says of what cannot be read. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {startFeed, type Feed} from '../../../source/console/session/feed.js';
import type {ReflectorState} from '../../../source/console/state/state.js';
import {keyOf, type ObjectName, type Unreadable} from '../../../source/console/tables/object-name.js';
import type {Parsed} from '../../../source/knative/objects/parsed.js';
import {cluster, server, withCluster} from '../../kube/answered-cluster.js';
import {status, type Exchange} from '../../support/kube/api-server.js';
import {eventually} from '../../support/eventually.js';

withCluster();

const path = '/apis/serving.knative.dev/v1/namespaces/default/services';
type View = ObjectName & {words: string};
type Item = {metadata: {namespace: string; name: string; resourceVersion: string}; words?: string};

/** The view of an object is the words in it; `half` of it is in doubt, without words it cannot be read. */
function parse(object: unknown): Parsed<View> {
	const metadata: unknown = Reflect.get(Object(object), 'metadata');
	const [namespace, name] = ['namespace', 'name'].map(key => String(Reflect.get(Object(metadata), key)));
	const words: unknown = Reflect.get(Object(object), 'words');
	if (namespace === undefined || name === undefined || typeof words !== 'string') {
		return {ok: false, reason: `${name} has no words.`};
	}
	const value = {namespace, name, words};
	return words === 'half' ? {ok: true, value, doubt: `Half of ${name} is missing.`} : {ok: true, value};
}

let version: number;
/** What the feed has put into its table, by key, and what it told, in order. */
let rows: Map<string, string>;
let published: {rows: string[]; unreadable: readonly Unreadable[]}[];
let states: ReflectorState[];
let put: string[];
let feed: Feed | undefined;

beforeEach(() => {
	version = 0;
	rows = new Map();
	published = [];
	states = [];
	put = [];
});

afterEach(() => feed?.stop());

const hour = 3_600_000;
const item = (name: string, words?: string): Item => ({
	metadata: {namespace: 'default', name, resourceVersion: String(++version)},
	...(words !== undefined && {words}),
});
const list = (items: readonly unknown[], more?: string) => ({
	kind: 'List',
	metadata: {resourceVersion: String(++version), ...(more !== undefined && {continue: more})},
	items,
});
const shown = () => [...rows].map(([key, words]) => `${key} ${words}`);
const last = () => published.at(-1);
const sentences = () => last()?.unreadable.map(({name, sentence}) => `${name}: ${sentence}`);

type FeedOptions = Partial<
	Pick<Parameters<typeof startFeed<View>>[0], 'query' | 'firstPage' | 'waitsForAll' | 'interval'>
>;

function follow(options: FeedOptions = {}): void {
	feed = startFeed<View>({
		cluster,
		path,
		interval: () => 0,
		parse,
		table: {
			put(view) {
				const key = keyOf(view);
				const isNews = rows.get(key) !== view.words;
				rows.set(key, view.words);
				return isNews;
			},
			drop: object => rows.delete(keyOf(object)),
		},
		onPut: ({name, words}) => put.push(`${name} ${words}`),
		onTable: unreadable => published.push({rows: shown(), unreadable}),
		onState: state => states.push(state),
		...options,
	});
}

/** Answers a list with these, and opens its watch. */
async function listed(items: readonly unknown[]): Promise<ReturnType<Exchange['stream']>> {
	(await server.next()).answer(200, list(items));
	const watch = (await server.next()).stream();
	await eventually(() => expect(states.at(-1)?.kind).toBe('live'));
	return watch;
}

describe('what is asked for', () => {
	it('is a first page as long as a screen shows, and of services with these labels', async () => {
		follow({firstPage: 50, query: {labelSelector: 'team=shop'}});
		const first = await server.next();
		expect(Object.fromEntries(first.query)).toEqual({limit: '50', labelSelector: 'team=shop'});
		first.answer(200, list([item('one', 'a')], 'more'));
		const second = await server.next();
		expect(Object.fromEntries(second.query)).toEqual({
			limit: '250',
			labelSelector: 'team=shop',
			continue: 'more',
		});
		second.answer(200, list([item('two', 'b')]));
		expect((await server.next()).query.get('labelSelector')).toBe('team=shop');
	});

	it('is of all labels, and in pages as usual, where nothing else is said', async () => {
		follow();
		expect(Object.fromEntries((await server.next()).query)).toEqual({limit: '250'});
	});
});

describe('what is shown', () => {
	it('is each page as it comes', async () => {
		follow({interval: () => hour});
		(await server.next()).answer(200, list([item('one', 'a')], 'more'));
		const second = await server.next();
		expect(published).toEqual([{rows: ['default/one a'], unreadable: []}]);
		second.answer(200, list([item('two', 'b')]));
		(await server.next()).stream();
		// The hour is not over, but whoever reads that it is live finds everything.
		await eventually(() => expect(states.at(-1)?.kind).toBe('live'));
		expect(last()?.rows).toEqual(['default/one a', 'default/two b']);
		expect(published).toHaveLength(2);
	});

	it('is nothing before the whole of a list is there, where it means something only together', async () => {
		follow({waitsForAll: true});
		(await server.next()).answer(200, list([item('one', 'a')], 'more'));
		const second = await server.next();
		expect(published).toEqual([]);
		second.answer(200, list([item('two', 'b')]));
		await eventually(() => expect(last()?.rows).toEqual(['default/one a', 'default/two b']));
	});

	it('is what a watch tells, every so many milliseconds at most', async () => {
		follow({interval: () => hour});
		const watch = await listed([item('one', 'a')]);
		watch.send({type: 'ADDED', object: item('two', 'b')}, {type: 'MODIFIED', object: item('one', 'c')});
		await eventually(() => expect(put).toEqual(['one a', 'two b', 'one c']));
		expect(published).toHaveLength(1);
	});

	it('is told again once those are over', async () => {
		follow();
		const watch = await listed([item('one', 'a')]);
		watch.send({type: 'ADDED', object: item('two', 'b')}, {type: 'DELETED', object: item('one', 'a')});
		await eventually(() => expect(last()?.rows).toEqual(['default/two b']));
	});

	it('is not told again where an event changed nothing of it', async () => {
		follow();
		const watch = await listed([item('one', 'a')]);
		watch.send({type: 'MODIFIED', object: item('one', 'a')});
		await eventually(() => expect(put).toHaveLength(2));
		watch.send({type: 'MODIFIED', object: item('one', 'b')});
		await eventually(() => expect(last()?.rows).toEqual(['default/one b']));
		expect(published).toHaveLength(2);
	});

	it('is as the next list has it: what that does not name has gone, be it what could not be read', async () => {
		follow();
		const watch = await listed([item('one', 'a'), item('two', 'b'), item('broken')]);
		watch.send({type: 'ERROR', object: status(410, 'Expired', 'too old resource version')});
		(await server.next()).answer(200, list([item('two', 'b')]));
		await eventually(() => expect(last()).toEqual({rows: ['default/two b'], unreadable: []}));
	});

	it('is left alone by a list that is stopped', async () => {
		follow();
		const watch = await listed([item('one', 'a')]);
		feed?.stop();
		watch.send({type: 'ADDED', object: item('two', 'b')});
		expect(published).toHaveLength(1);
	});
});

describe('what cannot be read', () => {
	it('is said, with what is the matter, and does not stay in the table', async () => {
		follow();
		const watch = await listed([item('one', 'a'), item('two', 'b')]);
		watch.send({type: 'MODIFIED', object: item('one')});
		await eventually(() => expect(sentences()).toEqual(['one: one has no words.']));
		expect(last()?.rows).toEqual(['default/two b']);
		watch.send({type: 'MODIFIED', object: item('one', 'c')});
		await eventually(() => expect(last()?.rows).toEqual(['default/two b', 'default/one c']));
		expect(sentences()).toEqual([]);
	});

	it('is said of what is half read, too, beside what could be', async () => {
		follow();
		const watch = await listed([item('one', 'a')]);
		watch.send({type: 'MODIFIED', object: item('one', 'half')});
		await eventually(() => expect(sentences()).toEqual(['one: Half of one is missing.']));
		expect(last()?.rows).toEqual(['default/one half']);
		watch.send({type: 'DELETED', object: item('one', 'half')});
		await eventually(() => expect(last()).toEqual({rows: [], unreadable: []}));
	});

	it('is said once, in the same words as long as it is so', async () => {
		follow();
		const watch = await listed([item('one')]);
		const {unreadable} = last()!;
		watch.send({type: 'MODIFIED', object: item('one')}, {type: 'ADDED', object: item('two', 'b')});
		await eventually(() => expect(last()?.rows).toEqual(['default/two b']));
		expect(published).toHaveLength(2);
		expect(last()?.unreadable[0]).toBe(unreadable[0]);
	});

	it('may be anything: it has no name then', async () => {
		follow();
		(await server.next()).answer(200, list([{metadata: {namespace: 'default', name: 7}}]));
		await eventually(() => expect(last()?.unreadable).toMatchObject([{namespace: 'default', name: ''}]));
	});
});

/** The list ends so after its first page. */
const afterOnePage = async (end: (exchange: Exchange) => void): Promise<void> => {
	(await server.next()).answer(200, list([item('one', 'a')], 'more'));
	end(await server.next());
	await eventually(() => expect(states).toHaveLength(2));
};

describe('how old it is', () => {
	it.each<[string, (exchange: Exchange) => void, string]>([
		['refused', ({answer}) => answer(403, status(403, 'Forbidden', 'you may not')), 'forbidden'],
		['not found', ({answer}) => answer(404, '404 page not found'), 'missing'],
	])('is nothing to be said of a list that is %s halfway, where nothing was shown', async (_, end, kind) => {
		follow({waitsForAll: true});
		await afterOnePage(end);
		expect(states[1]).toMatchObject({kind});
		expect(states[1]).not.toHaveProperty('since');
	});

	it('is nothing to be said of one that failed, either: that is as if nothing had been there', async () => {
		follow({waitsForAll: true});
		await afterOnePage(({answer}) => answer(500, status(500, 'InternalError', 'no leader')));
		expect(states[1]).toEqual({kind: 'offline', since: expect.any(Number), why: expect.any(String)});
	});

	it('is said where something was shown', async () => {
		follow();
		await afterOnePage(({answer}) => answer(403, status(403, 'Forbidden', 'you may not')));
		expect(states[1]).toMatchObject({kind: 'forbidden', since: expect.any(Number)});
	});
});
