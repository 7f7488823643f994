/** Asks the tag URLs of a service what their revisions say, so that answers of the service can be attributed. */
import type {TagAnswer} from './attribution.js';
import {withCode, withoutIds, answerSummary} from '../transport/answer-summary.js';
import type {Clock} from '../loop/clock.js';
import type {Answer, ProbeTarget} from '../transport/probe.js';
import {tagHeader, targetAt, type TagPlace} from '../transport/tag-target.js';
import {tlsPlaceOf} from '../transport/tls-redirect.js';
import type {Grade} from './grade.js';

/** A tag of a route, with the host of its URL (`status.traffic[].url`), or how else it is chosen. */
export type Tag = TagPlace & {tag: string; revision: string};

export type TagState = Tag & {
	/**
	 * waiting: for the route to settle, or for its turn · learned · failed: no answer to learn from; `problem` says why.
	 */
	state: 'waiting' | 'learned' | 'failed';
	problem: string | undefined;
	/** What kind of problem that is. */
	fault: TagFault | undefined;
};

export type TagFault =
	/** It answers well, without anything that could be compared. */
	| 'nothing to compare'
	/** The revision says no, or fails. */
	| 'fails'
	/** The gateway answers itself, or breaks off the handshake for that host. */
	| 'gateway'
	| 'other';

/**
 * Whether the hosts of the tags lead nowhere, by what came of asking them: the gateway itself answers at each, or all say the
 * same no. A service that says no to whatever it is asked looks the same.
 */
export function leadNowhere(tags: readonly TagState[]): boolean {
	if (tags.length === 0 || tags.some(({fault}) => fault === undefined)) return false;
	return areAllAlike(tags) || tags.every(({fault}) => fault === 'gateway');
}

/** Whether several tags all teach nothing for the same reason, and that is none of what works. */
export function areAllAlike(tags: readonly TagState[]): boolean {
	const [first] = tags;
	// Pages name the host that was asked.
	const said = ({problem = '', authority}: TagState) => {
		const status = /\b\d{3}\b/.exec(problem)?.[0] ?? '';
		return `${status} ${withoutIds(problem.replaceAll(authority.replace(/:\d+$/, ''), '{host}'))}`;
	};
	return (
		tags.length > 1 &&
		first?.problem !== undefined &&
		first.fault !== 'nothing to compare' &&
		tags.every(tag => tag.problem !== undefined && said(tag) === said(first))
	);
}

export type Learner = {
	/** What became of each tag. A new array after each change. */
	readonly tags: readonly TagState[];
	/**
	 * Asks these tags, instead of those before, as soon as it is not suspended. Resolves when each has answered or
	 * was given up, or when other tags took their place.
	 */
	learn(tags: readonly Tag[]): Promise<void>;
	/** While the route settles, a tag's URL may still lead to the revision before: stops, and forgets what is not complete. */
	suspend(): void;
	resume(): void;
	stop(): void;
};

/** An application that says something new each time shows it in a few answers. */
const answersPerTag = 3;
/**
 * Of a tag that is chosen by header: so many that a gateway which drops the header, so that the split decides, hardly ever gives one
 * tag the answers of one revision and the next tag those of another (at 50│50: 2 × 0.5¹⁶).
 */
const answersByHeader = 8;
/** A revision that is just starting fails at first: tried again after these milliseconds, then given up. */
const retryDelays = [1000, 2000, 5000, 10_000];

/** Asks all tags that it is given at once, and again those where nothing was learned, each after a longer while. */
export function createLearner({
	ask,
	clock,
	target,
	onLearned,
	onChange,
}: {
	/** Asks, and says what the answer is worth. */
	ask: (
		target: ProbeTarget,
		options: {signal: AbortSignal; traits: true},
	) => Promise<{answer: Answer; grade: Grade}>;
	clock: Clock;
	/** The service's; a tag is another place of it. */
	target: () => ProbeTarget;
	onLearned: (answers: readonly TagAnswer[]) => void;
	onChange: () => void;
}): Learner {
	let states: readonly TagState[] = [];
	/** Answers by header, by the place of their tag: nothing is learned of them until it shows that the header arrives. */
	let held = new Map<number, readonly TagAnswer[]>();
	let controller = new AbortController();
	let done = Promise.withResolvers<void>();
	let suspended = false;
	let stopped = false;

	function setState(index: number, state: TagState['state'], failed?: LessonProblem): void {
		const {problem, fault} = failed ?? {};
		states = states.map((tag, place) => (place === index ? {...tag, state, problem, fault} : tag));
		onChange();
	}

	async function run(): Promise<void> {
		const {signal} = controller;
		const {resolve} = done;
		await Promise.all(states.map(async ({state}, index) => state === 'learned' || learnTag(index, signal)));
		if (!signal.aborted) {
			learnHeld();
			resolve();
		}
	}

	/** What came by header counts for a revision where another one's answers by header were all different. */
	function learnHeld(): void {
		const said = [...held].map(([index, answers]) => ({index, answers, says: fingerprintsOf(answers)}));
		held = new Map();
		for (const {index, answers, says} of said) {
			const revision = states[index]?.revision;
			const isChosen = said.some(
				other =>
					states[other.index]?.revision !== revision &&
					![...says].some(fingerprint => other.says.has(fingerprint)),
			);
			if (isChosen) onLearned(answers);
			setState(index, isChosen ? 'learned' : 'failed', isChosen ? undefined : notChosen);
		}
	}

	async function learnTag(index: number, signal: AbortSignal): Promise<void> {
		for (let attempt = 0; !signal.aborted; attempt++) {
			const tag = states[index];
			const failed = tag ? await askTag(tag, index, signal) : undefined;
			if (signal.aborted || held.has(index)) {
				return;
			}

			setState(index, failed ? 'failed' : 'learned', failed);
			const delay = retryDelays[attempt];
			if (!failed || delay === undefined || (failed.isLasting && attempt > 1)) {
				return;
			}

			await sleep(clock, delay, signal);
		}
	}

	/** Returns why nothing could be learned, or undefined when something was. */
	async function askTag(
		{revision, ...place}: Tag,
		index: number,
		signal: AbortSignal,
	): Promise<LessonProblem | undefined> {
		const answers: TagAnswer[] = [];
		const isByHeader = place.byHeader !== undefined;
		const wanted = isByHeader ? answersByHeader : answersPerTag;
		for (let count = 0; count < wanted; count++) {
			const at = targetAt(target(), place);
			let asked: {answer: Answer; grade: Grade};
			try {
				asked = await ask(at, {signal, traits: true});
			} catch (error) {
				return {
					problem: error instanceof Error ? error.message : String(error),
					fault: 'other',
					isLasting: false,
				};
			}

			const problem = problemOf(asked, at);
			if (problem) return problem;

			answers.push({revision, answer: asked.answer});
		}

		if (signal.aborted) return undefined;
		if (isByHeader) held.set(index, answers);
		else onLearned(answers);
		return undefined;
	}

	function interrupt(): void {
		held = new Map();
		controller.abort(new Error('Other tags are being asked, or the route is settling.'));
		controller = new AbortController();
	}

	return {
		get tags() {
			return states;
		},
		async learn(tags) {
			interrupt();
			done.resolve();
			done = Promise.withResolvers();
			states = tags.map(tag => ({...tag, state: 'waiting', problem: undefined, fault: undefined}));
			onChange();
			const {promise} = done;
			if (stopped) {
				done.resolve();
			} else if (!suspended) {
				void run();
			}

			return promise;
		},
		suspend() {
			if (!suspended) {
				suspended = true;
				interrupt();
			}
		},
		resume() {
			if (suspended && !stopped) {
				suspended = false;
				void run();
			}
		},
		stop() {
			interrupt();
			stopped = true;
			done.resolve();
		},
	};
}

const notChosen: LessonProblem = {
	problem: `the header ${tagHeader} may not arrive: it is answered as the other tags are`,
	fault: 'other',
	isLasting: true,
};

const fingerprintsOf = (answers: readonly TagAnswer[]): ReadonlySet<string> =>
	new Set(
		answers.flatMap(({answer: {outcome}}) =>
			outcome.kind === 'response' ? (outcome.fingerprint ?? []) : [],
		),
	);

/** Why nothing could be learned, and whether that is likely to stay so. */
type LessonProblem = {problem: string; fault: TagFault; isLasting: boolean};

/**
 * Why an answer teaches nothing; undefined when it does. An application that says no goes on to do so, and a gateway without a
 * rule, too; one that is starting does not, and a route that is new is there after a moment.
 */
function problemOf(
	{answer: {outcome}, grade}: {answer: Answer; grade: Grade},
	at: ProbeTarget,
): LessonProblem | undefined {
	if (outcome.kind === 'failure') {
		// A certificate that does not name the host of the tag is the gateway's, and stays.
		const isOfHost = outcome.failure === 'tls';
		return {problem: outcome.sentence, fault: isOfHost ? 'gateway' : 'other', isLasting: isOfHost};
	}

	const {code, status, location, fingerprint} = outcome;
	const said = withCode(code, answerSummary(outcome));
	switch (grade) {
		case 'success':
			return fingerprint === undefined
				? {
						problem: `it answers ${code}, without what is compared`,
						fault: 'nothing to compare',
						isLasting: true,
					}
				: undefined;
		case 'gateway':
			return {
				problem: `the gateway answers itself: ${said}; it may have no rule for tag hosts`,
				fault: 'gateway',
				isLasting: status < 500,
			};
		case 'redirect':
			return {
				problem: `it ${location === undefined ? `answers ${code}` : `redirects to ${location}`}: ${tlsPlaceOf(at, location) ? 'ask over TLS' : 'choose what to send'}`,
				fault: 'other',
				isLasting: true,
			};
		case 'refusal':
		case 'failure':
		case 'unreached':
			return {problem: `it answers ${said}`, fault: 'fails', isLasting: grade === 'refusal'};
	}
}

async function sleep(clock: Clock, delay: number, signal: AbortSignal): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	const cancel = clock.after(delay, resolve);
	const onAbort = (): void => {
		cancel();
		resolve();
	};
	signal.addEventListener('abort', onAbort, {once: true});
	await promise;
	signal.removeEventListener('abort', onAbort);
}
