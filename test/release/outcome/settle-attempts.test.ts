/** What the next console makes of an attempt whose sender has not lived to say how it ended. */
import {describe, expect, it} from 'vitest';
import {formatAttempt, parseAttemptLine, type Attempt} from '../../../source/journal/attempt.js';
import type {HistoryEntry} from '../../../source/journal/journal-entry.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {parseService, type ServiceView} from '../../../source/knative/service/service.js';
import {settleAttempts} from '../../../source/release/outcome/settle-attempts.js';
import {knativeService, revisionName} from '../../knative/objects.js';

function service(generation: number, percents: [number, number]): ServiceView {
	const object = knativeService();
	object.metadata.generation = generation;
	object.spec.traffic = percents.map((percent, index) => ({revisionName: revisionName(index + 1), percent}));
	const parsed = parseService(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

const at = 1_700_000_000_000;
const before = splitOf(service(4, [90, 10]));
const after = splitOf(service(4, [100, 0]));
const {uid, name, namespace} = service(4, [90, 10]);
const attempt: Attempt = {
	id: 'a-1',
	at,
	server: 'https://127.0.0.1',
	context: 'prod',
	namespace,
	service: name,
	uid,
	generation: 4,
	by: 'jane',
	own: true,
	reason: 'roll back',
	before,
	after,
	command: '',
	end: undefined,
};
const settle = (now: ServiceView, entries: HistoryEntry[] = [], later = 1000) =>
	settleAttempts([attempt], now, entries, at + later);

it('was made when the next generation is as it wanted', () => {
	expect(settle(service(5, [100, 0]))).toMatchObject({
		made: [{id: 'a-1', generation: 5, own: true, reason: 'roll back', before, after}],
		ended: [],
	});
});

it('is not settled while the request may still arrive, and was not made after that', () => {
	expect(settle(service(4, [90, 10]))).toEqual({made: [], ended: []});
	expect(settle(service(4, [90, 10]), [], 61_000)).toMatchObject({made: [], ended: [{how: 'not made'}]});
});

it('is not known when the next generation is another one, or nobody has seen it', () => {
	expect(settle(service(5, [50, 50]))).toMatchObject({made: [], ended: [{id: 'a-1', how: 'not known'}]});
	expect(settle(service(7, [50, 50]))).toMatchObject({made: [], ended: [{id: 'a-1', how: 'not known'}]});
});

it('was made when another console has seen the next generation as it wanted', () => {
	const seen: HistoryEntry = {...attempt, generation: 5, own: false, reason: 'not from this console'};
	expect(settle(service(7, [50, 50]), [seen])).toMatchObject({made: [{id: 'a-1', generation: 5}], ended: []});
});

it('says nothing of another service of that name, nor of an attempt that has ended', () => {
	const other = {...service(5, [100, 0]), uid: 'u-2'};
	expect(settle(other)).toEqual({made: [], ended: []});
	const over: Attempt = {...attempt, end: {how: 'not made', sentence: ''}};
	expect(settleAttempts([over], service(5, [100, 0]), [], at)).toEqual({made: [], ended: []});
});

it('was not made when another change from here was the next one, even where that is the same', () => {
	const {end: _, ...change} = attempt;
	const second = {...change, id: 'a-2', generation: 5};
	expect(settle(service(5, [100, 0]), [second])).toMatchObject({
		made: [],
		ended: [{id: 'a-1', how: 'not made'}],
	});
});

describe('with its note in the same patch', () => {
	const noted = {...attempt, isNoted: true as const};
	/** The split that was wanted, with a note of that generation by this user. */
	const withNote = (generation: number, by: string, id?: string): ServiceView => ({
		...service(5, [100, 0]),
		releaseNote: JSON.stringify({
			v: 1,
			id,
			generation,
			verb: 'roll back',
			since: new Date(at).toISOString(),
			by,
			split: [{to: revisionName(1), percent: 100}],
		}),
	});

	it('was made when the note is there', () => {
		expect(settleAttempts([noted], withNote(5, 'jane'), [], at).made).toMatchObject([
			{id: 'a-1', generation: 5, own: true},
		]);
	});

	it('was made where it was seen, whatever the note says after later changes', () => {
		const {id: _id, end: _end, ...seen} = attempt;
		const entry = {...seen, own: false, generation: 5};
		expect(
			settleAttempts([{...attempt, isNoted: true}], service(7, [50, 50]), [entry], at + 1000),
		).toMatchObject({made: [{id: 'a-1', generation: 5}], ended: []});
	});

	it('was made when the note has its id', () => {
		expect(settleAttempts([noted], withNote(5, 'jane', 'a-1'), [], at).made).toHaveLength(1);
	});

	it.each([
		['without any note', service(5, [100, 0])],
		['with that of a change before it', withNote(4, 'jane')],
		['with that of somebody else', withNote(5, 'joe')],
		['with that of another console of this user', withNote(5, 'jane', 'a-2')],
	])('is not known to be when the split is the same %s', (_, now) => {
		expect(settleAttempts([noted], now, [], at)).toMatchObject({
			made: [],
			ended: [
				{id: 'a-1', how: 'not known', sentence: expect.stringContaining('without the note of this change')},
			],
		});
	});

	it('is read again from its line as it was written', () => {
		expect(parseAttemptLine(JSON.parse(formatAttempt(noted)))).toMatchObject({
			attempt: {id: 'a-1', isNoted: true},
		});
		expect(parseAttemptLine(JSON.parse(formatAttempt(attempt)))).not.toHaveProperty('attempt.isNoted');
	});
});
