/** A plan is written down before it is sent and after: in a history on disk, with an API server over HTTP. */
import {describe, expect, it} from 'vitest';
import {openHistoryFile} from '../../source/journal/journal-file.js';
import type {TrafficTarget} from '../../source/knative/objects/wire.js';
import {noteAnnotation, parseNote, type ReleaseNote} from '../../source/knative/release/evidence/note.js';
import {splitOf, set} from '../../source/knative/split/split.js';
import type {Plan} from '../../source/release/plan.js';
import {planAgain} from '../../source/release/plan-object.js';
import {planAbandon, planSplit} from '../../source/release/plan-split.js';
import {sendRecorded} from '../../source/release/recorded.js';
import {status, type Exchange} from '../support/kube/api-server.js';
import {now, one, planned, two} from './parts/made.js';
import {
	back,
	clock,
	cluster,
	facts,
	given,
	history,
	view,
	withHistory,
	world,
} from './parts/recorded-world.js';

withHistory();

/** The note in what was sent. */
const noteSent = (exchange: Pick<Exchange, 'body'>) =>
	parseNote(given(exchange, 5).metadata.annotations?.[noteAnnotation]);

const withTraffic = (object: ReturnType<typeof given>, traffic: TrafficTarget[]) => ({
	...object,
	spec: {...object.spec, traffic},
});

const never = async () => new Promise<void>(() => {});

const shares = (split: readonly {key: string; percent: number}[]) =>
	split.map(({key, percent}) => `${key}=${percent}`).join(' ');

describe('a change of a split', () => {
	it('is in the history once it is made: what, by whom, why, from what to what, and when it was sent', async () => {
		const plan = back();
		world.onWrite(exchange => exchange.answer(200, given(exchange, 5)));
		const sent = await sendRecorded(cluster, plan, history, {
			reason: 'too many 5xx',
			now: clock(now, now + 7),
		});
		expect(sent).toMatchObject({outcome: {kind: 'done'}, at: now + 7, open: undefined, problem: undefined});
		const {entries, attempts, deeds} = await history.readAll();
		expect(attempts).toEqual([]);
		expect(deeds).toEqual([]);
		expect(entries).toEqual([sent.entry]);
		expect(sent.entry).toMatchObject({
			at: now + 7,
			server: world.server.url,
			context: 'test',
			namespace: 'default',
			service: 'helloworld-go',
			uid: view().uid,
			generation: 5,
			by: cluster.user,
			own: true,
			reason: 'roll back: too many 5xx',
			command: plan.commands[0],
		});
		expect(shares(sent.entry?.before ?? [])).toBe(`${one}=90 ${two}=10`);
		expect(shares(sent.entry?.after ?? [])).toBe(`${one}=100 ${two}=0`);
	});

	it('has ended for as long as it waits to be sent again, and is one and open again once it is', async () => {
		const seen: unknown[] = [];
		const look = async () => {
			const {entries, attempts} = await history.readAll();
			seen.push({entries: entries.length, attempts: attempts.map(({at, end}) => ({at, end}))});
		};
		let isBusy = true;
		world.onWrite(exchange => {
			if (!isBusy) return void look().then(() => exchange.answer(200, given(exchange, 5)));
			isBusy = false;
			exchange.answer(429, status(429, 'TooManyRequests', 'too many'), {'retry-after': '20'});
		});
		let time = now;
		const sent = await sendRecorded(cluster, back(), history, {
			now: () => time,
			async repeat(send) {
				await send();
				await look();
				time += 20_000;
				return send();
			},
		});
		expect(sent).toMatchObject({outcome: {kind: 'done'}, at: now + 20_000});
		const end = {
			how: 'not made',
			sentence: expect.stringContaining('the API server is busy (429): too many'),
		};
		expect(seen).toEqual([
			{entries: 0, attempts: [{at: now, end}]},
			{entries: 0, attempts: [{at: now + 20_000, end: undefined}]},
		]);
		expect(await history.readAll()).toMatchObject({entries: [{id: sent.entry?.id}], attempts: []});
	});

	it('has a note with its id, and the time at which it was sent, however long its review was open', async () => {
		const plan = planned(planAbandon(facts(), {why: 'slow'}));
		const mark = plan.reject?.mark;
		let note: ReleaseNote | undefined;
		world.onWrite(exchange => {
			note ??= noteSent(exchange);
			exchange.answer(200, given(exchange, 5));
		});
		const later = now + 600_000;
		const {entry} = await sendRecorded(cluster, plan, history, {now: clock(later)});
		expect(mark?.at).toBe(now);
		expect(note).toMatchObject({
			id: entry?.id,
			since: later,
			verb: 'abandon',
			rejected: [{revision: two, at: later, why: 'slow'}],
		});
	});

	it('is not taken for the same one of another console of that user', async () => {
		const plan = back();
		let theirs: ReturnType<typeof given> | undefined;
		world.onWrite(exchange => {
			theirs = given(exchange, 5);
			exchange.answer(200, theirs);
		});
		await sendRecorded(cluster, plan, history, {now: clock(now)});
		// The guard refuses it, because theirs is there.
		world.onRead(exchange => exchange.answer(200, theirs));
		world.onWrite(exchange => exchange.answer(422, status(422, 'Invalid', 'the test operation failed')));
		const {outcome, entry} = await sendRecorded(cluster, plan, history, {now: clock(now)});
		expect(outcome.kind).toBe('conflict');
		expect(entry).toBeUndefined();
	});

	it('without a reason has the name of the verb for one', async () => {
		const plan = back();
		world.onWrite(exchange => exchange.answer(200, given(exchange, 5)));
		expect((await sendRecorded(cluster, plan, history)).entry?.reason).toBe('roll back');
	});

	it('is there as an attempt before it is sent, by the generation that it was made from', async () => {
		const plan = back();
		let begun: unknown;
		world.onWrite(exchange => {
			void (async () => {
				begun = (await history.readAll()).attempts;
				exchange.answer(200, given(exchange, 5));
			})();
		});
		const {entry} = await sendRecorded(cluster, plan, history, {now: clock(now)});
		expect(begun).toMatchObject([{generation: 4, at: now, end: undefined, id: entry?.id}]);
	});

	it('has the split that the server stored, where that is another one', async () => {
		const plan = back();
		const stored = [
			{revisionName: one, percent: 95},
			{revisionName: two, percent: 5},
		];
		world.onWrite(exchange => exchange.answer(200, withTraffic(given(exchange, 5), stored)));
		const {outcome, entry} = await sendRecorded(cluster, plan, history);
		expect(outcome.kind).toBe('altered');
		expect(shares(entry?.after ?? [])).toBe(`${one}=95 ${two}=5`);
		expect(await history.read()).toEqual([entry]);
	});

	it('is none where the generation has not moved: nothing could be taken back', async () => {
		const plan = back();
		world.onWrite(exchange =>
			exchange.answer(200, withTraffic(given(exchange, 4), world.service.spec.traffic ?? [])),
		);
		const {outcome, entry} = await sendRecorded(cluster, plan, history);
		expect(outcome.kind).toBe('altered');
		expect(entry).toBeUndefined();
		const {attempts, entries} = await history.readAll();
		expect(entries).toEqual([]);
		expect(attempts).toMatchObject([
			{end: {how: 'not made', sentence: expect.stringMatching(/^The server (?:stored|changed) /)}},
		]);
	});

	it('is none where the server had it that way already', async () => {
		world.onWrite(exchange => exchange.answer(200, given(exchange, 4)));
		// Without a note beside it: that alone would be a change.
		const plan = planned(planSplit({...facts(), now: undefined}, set(splitOf(view()), two, 50)));
		const {outcome, entry} = await sendRecorded(cluster, plan, history);
		expect(outcome).toMatchObject({kind: 'done', unchanged: true});
		expect(entry).toBeUndefined();
		expect((await history.readAll()).attempts).toMatchObject([
			{end: {how: 'not made', sentence: 'The server had it that way already.'}},
		]);
	});

	it('that was refused is an attempt with its end', async () => {
		world.onWrite(exchange => exchange.answer(403, status(403, 'Forbidden', 'you may not')));
		const sent = await sendRecorded(cluster, back(), history);
		expect(sent).toMatchObject({outcome: {kind: 'refused'}, entry: undefined, open: undefined});
		expect((await history.readAll()).attempts).toMatchObject([
			{end: {how: 'not made', sentence: 'Not done. The server refused: you may not'}},
		]);
	});

	it('of which it is not known what became of it stays open', async () => {
		world.onWrite(exchange => exchange.cut());
		const {outcome, open, entry} = await sendRecorded(cluster, back(), history);
		expect(outcome.kind).toBe('unknown');
		expect(entry).toBeUndefined();
		const {attempts} = await history.readAll();
		expect(attempts).toMatchObject([{id: open?.id, end: undefined}]);
	});

	it('is told to who listens, with what came of it', async () => {
		const plan = back();
		world.onWrite(exchange => exchange.answer(200, given(exchange, 5)));
		const seen: string[] = [];
		await sendRecorded(cluster, plan, history, {
			onSent: ({reason, outcome}) => seen.push(`${reason}: ${outcome.kind}`),
		});
		expect(seen).toEqual(['roll back: done']);
	});

	it.each<[string, Partial<Plan>, string]>([
		['of a form has no command line: its values may be secret', {action: 'create revision'}, ''],
		['without a command line has none', {commands: []}, ''],
	])('%s', async (_, changed, command) => {
		const plan = back();
		world.onWrite(exchange => exchange.answer(200, given(exchange, 5)));
		const {entry} = await sendRecorded(cluster, {...plan, ...changed}, history);
		expect(entry?.command).toBe(command);
	});

	it('sent again is written down nowhere: the split is as it was', async () => {
		const plan = planned(planAgain(facts()));
		world.onWrite(exchange => exchange.answer(200, given(exchange, 4)));
		const sent = await sendRecorded(cluster, plan, history);
		expect(sent).toMatchObject({outcome: {kind: 'done'}, entry: undefined, open: undefined});
		expect(await history.readAll()).toEqual({entries: [], attempts: [], deeds: []});
	});
});

describe('a history that cannot be kept', () => {
	it('keeps nothing from being sent, and the first reason is told', async () => {
		const plan = back();
		world.onWrite(exchange => exchange.answer(200, given(exchange, 5)));
		const nowhere = openHistoryFile(undefined);
		const sent = await sendRecorded(cluster, plan, nowhere);
		expect(sent.outcome.kind).toBe('done');
		expect(sent.entry?.generation).toBe(5);
		expect(sent.problem).toMatch(/set HOME or XDG_STATE_HOME/);
	});

	it('by a disk that hangs holds nothing up for longer than a second', async () => {
		const plan = back();
		world.onWrite(exchange => exchange.answer(200, given(exchange, 5)));
		const sent = await sendRecorded(cluster, plan, {append: never, begin: never, end: never});
		expect(sent.outcome.kind).toBe('done');
		expect(sent.problem).toBe('the disk takes longer than 1 s');
	});

	it('is none where none is wanted', async () => {
		const plan = back();
		world.onWrite(exchange => exchange.answer(200, given(exchange, 5)));
		const sent = await sendRecorded(cluster, plan, undefined);
		expect(sent).toMatchObject({outcome: {kind: 'done'}, problem: undefined});
	});
});
