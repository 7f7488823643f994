/** Two consoles and somebody who writes as kubectl does change one split at the same time, a thousand times: nothing is lost unseen. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {servingPath} from '../../source/kube/paths.js';
import {nudge} from '../../source/console/state/draft.js';
import {changesOf} from '../../source/console/session/change-recorder.js';
import type {Console} from '../../source/console/console.js';
import {selectedService} from '../../source/console/state/read.js';
import {parseService} from '../../source/knative/service/service.js';
import {equalSplits, splitOf, type Split} from '../../source/knative/split/split.js';
import {startWorld, until, type World} from '../support/world.js';

const path = servingPath('services', 'default', 'cart');

/** An edit that was made: of which generation it made which split, and what its author had before the eyes. */
type MadeEdit = {generation: number; saw: Split; wrote: Split};
type Tally = {made: number; refused: number};

let world: World;

beforeAll(async () => {
	// A handshake is no part of the race.
	world = await startWorld();
});

afterAll(async () => {
	await world.stop();
});

/** By the keys of the console: move, review, Enter; after a conflict in turn theirs, or mine on top and Enter. */
async function editInConsole(console: Console, edits: number, by: (edit: number) => number): Promise<Tally> {
	const {store} = console;
	const tally: Tally = {made: 0, refused: 0};
	for (let edit = 0; edit < edits; edit++) {
		nudge(store, by(edit));
		console.reviewDraft();
		let sheet = store.getState().sheets.at(-1);
		// At an end of the slider there is nothing to review: the other way then.
		if (sheet === undefined) {
			nudge(store, -by(edit));
			console.reviewDraft();
		}
		await console.confirm();
		sheet = store.getState().sheets.at(-1);
		while (sheet !== undefined) {
			if (sheet.kind !== 'review' || sheet.phase.kind !== 'conflict') {
				throw new Error(`neither made nor refused by the guard: ${JSON.stringify(sheet)}`);
			}
			tally.refused += 1;
			if (tally.refused % 2 === 0) console.takeTheirs();
			else {
				await console.putMineOnTop();
				if (store.getState().sheets.length > 0) await console.confirm();
			}
			sheet = store.getState().sheets.at(-1);
		}
	}
	const {uid} = selectedService(store.getState())!;
	tally.made = changesOf(store.getState(), uid).filter(({own}) => own).length;
	return tally;
}

/** As `kubectl edit` does, by HTTP, since kubectl is not everywhere: read, change, PUT with the resourceVersion that was read; refused, all over again. */
async function editLikeKubectl(edits: number, made: MadeEdit[]): Promise<Tally> {
	const cluster = await world.connect();
	const tally: Tally = {made: 0, refused: 0};
	for (let edit = 0; edit < edits; edit++) {
		const {body} = await cluster.request({method: 'GET', path});
		const seen = parseService(body);
		if (!seen.ok) throw new Error(seen.reason);
		const percent = seen.value.specTraffic[0]?.percent === edit % 100 ? (edit + 50) % 100 : edit % 100;
		const traffic = [
			{revisionName: 'cart-00001', percent, tag: 'stable'},
			{revisionName: 'cart-00002', percent: 100 - percent, tag: 'canary'},
		];
		const spec: unknown = Reflect.get(Object(body), 'spec');
		const answer = await cluster.request({
			method: 'PUT',
			path,
			body: {...Object(body), spec: {...Object(spec), traffic}},
		});
		if (answer.status === 409) {
			tally.refused += 1;
			continue;
		}
		const now = parseService(answer.body);
		if (answer.status !== 200 || !now.ok) throw new Error(JSON.stringify(answer.body));
		tally.made += 1;
		made.push({
			generation: now.value.generation,
			saw: splitOf(seen.value),
			wrote: splitOf(now.value),
		});
	}
	return tally;
}

it('makes every edit on the state that its author saw, or refuses it', async () => {
	const first = await world.console('cart');
	const second = await world.console('cart');
	const begun = await world.service('cart');
	const made: MadeEdit[] = [];
	const tallies = await Promise.all([
		editInConsole(first, 400, edit => (edit % 7) - 3 || 1),
		editInConsole(second, 400, edit => (edit % 5) - 2 || -1),
		editLikeKubectl(200, made),
	]);
	for (const {store} of [first, second]) {
		for (const entry of changesOf(store.getState(), begun.uid)) {
			if (!entry.own) continue;
			made.push({generation: entry.generation, saw: entry.before, wrote: entry.after});
		}
	}
	const ended = await world.service('cart');
	const byGeneration = made.toSorted((a, b) => a.generation - b.generation);

	// Each generation has exactly one author: none was made over another one, none is missing.
	expect(byGeneration.map(({generation}) => generation)).toEqual(
		Array.from({length: ended.generation - begun.generation}, (_, index) => begun.generation + index + 1),
	);
	let before = splitOf(begun);
	for (const {generation, saw, wrote} of byGeneration) {
		expect(equalSplits(saw, before), `what the author of generation ${generation} saw`).toBe(true);
		before = wrote;
	}
	expect(equalSplits(splitOf(ended), before)).toBe(true);
	for (const {made: count} of tallies) expect(count).toBeGreaterThan(0);
	// It was a race.
	expect(tallies.reduce((sum, {refused}) => sum + refused, 0)).toBeGreaterThan(0);

	// And each console has told of every change of the other two, as somebody else's.
	for (const {store} of [first, second]) {
		const entries = changesOf(store.getState(), begun.uid);
		const told = await until(store, 'the last change', state =>
			changesOf(state, begun.uid).some(({generation}) => generation === ended.generation)
				? entries
				: undefined,
		);
		expect(new Set(told.map(({generation}) => generation)).size).toBe(told.length);
	}
}, 180_000);
