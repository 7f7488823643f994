/** What the live loop makes of a gateway that is played: the real loop, on a clock of its own and with seeded answers. */
import type {LiveView} from '../../source/console/state/state.js';
import {createLoop} from '../../source/probe/loop/loop.js';
import type {Answer, Probe} from '../../source/probe/transport/probe.js';
import {seededRandom} from '../../source/sandbox/seeded-random.js';
import {createFakeClock} from '../../test/probe/fake-clock.ts';
import {present} from './objects.js';

export type PlayedRevision = {
	revision: string;
	/** What its answers say. */
	says: string;
	/** Share of its answers that fail, 0–1. */
	fails?: number;
	/** Milliseconds of a usual answer. */
	latency?: number;
	tag?: string;
};

export type PlayedLoop = {
	service?: string;
	uid: string;
	/** Percent of each, 0–100, as set; what the gateway does where that is another. */
	set: readonly number[];
	got?: readonly number[];
	revisions: readonly PlayedRevision[];
	/** What was set before it: everything for the first revision, if nothing else. */
	before?: readonly number[];
	/** For how many seconds the split is in place. */
	seconds?: number;
	rate?: number;
	/** From the last so many seconds on nothing reaches the gateway. */
	downFor?: number;
	/** Which two are compared, by their place. */
	compares?: {old: number; fresh: number};
};

/** Answers of 200 or 500 a gateway would pass on. */
function answerOf({says, fails = 0, latency = 5}: PlayedRevision, random: () => number): Answer {
	const isFailing = random() < fails;
	const firstLine = isFailing ? 'Internal Server Error' : says;
	return {
		at: 0,
		latency: latency * (0.7 + random() * random() * 2.5),
		outcome: {
			kind: 'response',
			status: isFailing ? 500 : 200,
			code: isFailing ? '500' : '200',
			error: isFailing,
			firstLine,
			body: firstLine,
			truncated: false,
			contentType: 'text/plain',
			fingerprint: firstLine,
		},
	};
}

const refused: Answer = {
	at: 0,
	latency: 1,
	outcome: {
		kind: 'failure',
		failure: 'refused',
		sentence: 'Nothing listens at 203.0.113.10:80 (connection refused).',
	},
};

/** The gateway knows its hosts. */
const noSuchHost: Answer = {
	at: 0,
	latency: 1,
	outcome: {
		kind: 'response',
		status: 404,
		code: '404',
		error: false,
		by: 'gateway',
		firstLine: '',
		body: '',
		truncated: false,
		contentType: '',
		fingerprint: undefined,
	},
};

/** What the console would show of the loop after that long. */
export async function playedLoop({
	service = 'cart',
	uid,
	set,
	got = set,
	revisions,
	before: setBefore = [100],
	seconds = 80,
	rate = 5,
	downFor = 0,
	compares,
}: PlayedLoop): Promise<LiveView> {
	const fake = createFakeClock();
	const before = 40_000;
	const start = present - before - seconds * 1000 - fake.now();
	const clock = {...fake, date: () => start + fake.now()};
	const random = seededRandom(7);
	const host = `${service}.default.example.com`;
	let shares = setBefore;
	let isDown = false;
	const probe: Probe = {
		async ask({authority}) {
			const at = clock.date();
			if (isDown) return {...refused, at};
			const tagged = revisions.find(({tag}) => tag !== undefined && authority === `${tag}-${host}`);
			if (!tagged && authority !== host) return {...noSuchHost, at};
			let left = random() * 100;
			const drawn = revisions.find((_, index) => (left -= shares[index] ?? 0) < 0) ?? revisions[0];
			const played = tagged ?? drawn;
			if (!played) throw new Error('A loop is played with one revision at least.');
			return {...answerOf(played, random), at};
		},
		async close() {},
	};
	const target = {
		address: {host: '203.0.113.10', port: 80},
		authority: host,
		path: '/',
		scheme: 'http',
		protocol: 'http1',
	} as const;
	const loop = createLoop({target, probe, clock, random, rate});
	const tags = revisions.flatMap(({revision, tag}) =>
		tag === undefined ? [] : [{tag, revision, authority: `${tag}-${host}`}],
	);
	const weightsOf = (percents: readonly number[]) =>
		revisions.map(({revision}, index) => ({revision, percent: percents[index] ?? 0}));
	loop.setEpoch({weights: weightsOf(shares), settling: false});
	void loop.learn(tags);
	// Alarms begin when somebody looks.
	loop.subscribe(() => {});
	loop.start();
	await fake.pass(before);
	shares = got;
	loop.setEpoch({weights: weightsOf(set), settling: false});
	const [old, fresh] = [compares?.old, compares?.fresh].map(index => {
		const side = index === undefined ? undefined : revisions[index];
		return (
			side && {revision: side.revision, authority: side.tag === undefined ? host : `${side.tag}-${host}`}
		);
	});
	if (old && fresh) loop.setSides({old, fresh});
	loop.compare(compares !== undefined);
	await fake.pass((seconds - downFor) * 1000);
	isDown = downFor > 0;
	await fake.pass(downFor * 1000);
	const snapshot = loop.snapshot();
	await loop.stop();
	return {uid, snapshot, page: 0, background: 0};
}
