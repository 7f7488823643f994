/**
 * The new revision against the old one, asked in pairs: both at their own hosts, in one slot, in random order, so that
 * each gets half of the requests whatever the split, and whatever happens to the gateway happens to both.
 */
import {isDeepStrictEqual} from 'node:util';
import type {TagAnswer} from '../attribution/attribution.js';
import type {Grade} from '../attribution/grade.js';
import {createWaiting} from '../judging/waiting.js';
import type {Clock} from '../loop/clock.js';
import {createPace} from '../loop/pace.js';
import type {Answer, ProbeTarget} from '../transport/probe.js';
import {targetAt} from '../transport/tag-target.js';
import {
	countPair,
	createBook,
	toComparison,
	type Asked,
	type AskedPair,
	type Book,
	type Comparison,
	type PairCounts,
} from './comparison.js';
import type {Sides} from './sides.js';

/** An answer of one side, as it is to be kept in other books as well. */
export type SideAnswer = {revision: string; answer: Answer; grade: Grade; isFailed: boolean};

export type Pairs = {
	/** Undefined when there is nothing to compare. */
	readonly comparison: Comparison | undefined;
	/** What to compare: the counts begin again when that is something else. */
	setSides(sides: Sides | undefined): void;
	/** Pairs a second, cut to a fifth of the maximum. */
	setRate(rate: number): void;
	/** Requests a second, two a pair; 0 while none are sent. */
	readonly sentPerSecond: number;
	/** Begins or goes on; the counts stay. */
	start(): void;
	/** No more pairs; what is in flight is counted. */
	pause(): void;
	/** The hosts may lead elsewhere for a while: no more pairs, and what is in flight is not counted. */
	suspend(): void;
	/** Forgets all counts: other hosts, or another gateway. */
	reset(): void;
	stop(): void;
};

/** Pairs a second at most, as a share of what the loop may send: 10 of 50, so that what is watched is not flooded. */
const pairShare = 0.2;

/**
 * Milliseconds an answer waits before it teaches what its revision says: the gateway may have moved the tag to another
 * revision a moment before this program hears of it.
 */
const learnAfter = 5000;

/**
 * Milliseconds without an answer after which the next one may come from a pod that had to be started. Knative keeps the
 * last pod for 30 s after a revision is idle (config-autoscaler scale-to-zero-grace-period); what is faster is not seen.
 */
const coldAfter = 30_000;

/** Asks nothing until it is given two revisions. `rate` and `maxRate` are requests a second, of which a pair takes two. */
export function createPairs({
	ask: askGraded,
	clock,
	target,
	rate,
	maxRate,
	random = Math.random,
	worksElsewhere,
	areDistinct = () => true,
	isOpen = () => false,
	onAnswer,
	onLearned,
	onChange,
}: {
	/** Asks, and says what the answer is worth. */
	ask: (
		target: ProbeTarget,
		options: {signal: AbortSignal; slot: number},
	) => Promise<{answer: Answer; grade: Grade}>;
	clock: Clock;
	/** The service's; each side is another place of it. */
	target: () => ProbeTarget;
	rate: number;
	/** Requests a second that the loop may send. */
	maxRate: number;
	random?: () => number;
	/** Whether the service is known to answer the same request with 2xx or 3xx. */
	worksElsewhere: () => boolean;
	/** Whether it is proven that answers at the hosts of these two come from two. */
	areDistinct?: (fresh: string, old: string) => boolean;
	/** Whether it is still being looked at whether any host is answered as these are. */
	isOpen?: (fresh: string, old: string) => boolean;
	/** Each answer that is counted, and each that is no evidence. */
	onAnswer: (answer: SideAnswer) => void;
	onLearned: (answers: readonly TagAnswer[]) => void;
	onChange: () => void;
}): Pairs {
	let sides: Sides | undefined;
	let book: Book | undefined;
	let notSent = 0;
	/** Pairs that began in an earlier one are not counted. */
	let period = 0;
	let controller = new AbortController();
	const waiting = createWaiting({clock, onOverdue: changed});
	/** What is to be learned once it is old enough, the oldest first. */
	let toLearn: (TagAnswer & {at: number})[] = [];
	/** Until something is counted. */
	let known: Comparison | undefined;

	function changed(): void {
		known = undefined;
		onChange();
	}

	const pace = createPace({
		send,
		onNotSent(slots) {
			notSent += slots;
			known = undefined;
		},
		onChange,
		rate,
		maxRate: maxRate * pairShare,
		clock,
		random,
	});

	function begin(): void {
		interrupt();
		notSent = 0;
		book = sides && createBook(sides, clock.date());
		changed();
	}

	function interrupt(): void {
		period++;
		toLearn = [];
		waiting.clear();
		controller.abort(new Error('Something else is being compared.'));
		controller = new AbortController();
	}

	async function send(slot: number): Promise<void> {
		const current = book;
		if (!current) {
			return;
		}

		const {signal} = controller;
		const began = period;
		const isFreshFirst = random() < 0.5;
		// Both are under way at once; only which of them is written first is drawn.
		const first = ask(isFreshFirst ? current.fresh : current.old, slot, signal);
		const second = ask(isFreshFirst ? current.old : current.fresh, slot, signal);
		const over = waiting.sent();
		const [one, other] = await Promise.all([first, second]).finally(over);
		if (began === period) {
			record(current, isFreshFirst ? {fresh: one, old: other} : {fresh: other, old: one});
		}
	}

	async function ask(side: PairCounts, slot: number, signal: AbortSignal): Promise<Asked> {
		const isCold = clock.now() - side.answeredAt > coldAfter;
		const graded = await askGraded(targetAt(target(), side), {signal, slot});
		if (graded.answer.outcome.kind === 'response') {
			side.answeredAt = clock.now();
		}

		return {...graded, isCold};
	}

	function record(current: Book, pair: AskedPair): void {
		const counted = countPair(current, pair, {worksElsewhere: worksElsewhere(), now: clock.date()});
		const areTold = areDistinct(current.fresh.revision, current.old.revision);
		for (const side of ['old', 'fresh'] as const) {
			const {answer, grade} = pair[side];
			const {revision, byHeader} = current[side];
			if (answer.outcome.kind === 'response') waiting.answered(answer.latency);
			// A gateway that drops the header has the split decide who answers.
			if (byHeader !== undefined && !areTold) continue;
			onAnswer({revision, answer, grade, isFailed: counted[side]});
			if (grade === 'success') {
				toLearn.push({revision, answer, at: clock.now()});
			}
		}

		const isOld = ({at}: {at: number}) => clock.now() - at >= learnAfter;
		if (toLearn.some(isOld)) {
			onLearned(toLearn.filter(isOld));
			toLearn = toLearn.filter(entry => !isOld(entry));
		}

		changed();
	}

	return {
		get comparison() {
			known ??=
				book &&
				toComparison(book, {
					notSent,
					rate: pace.rate,
					now: clock.date(),
					overdue: waiting.overdue,
					isProven: areDistinct(book.fresh.revision, book.old.revision),
					isOpen: isOpen(book.fresh.revision, book.old.revision),
				});
			return known;
		},
		setSides(next) {
			if (!isDeepStrictEqual(next, sides)) {
				sides = next;
				begin();
			}
		},
		setRate(perSecond) {
			pace.setRate(perSecond);
		},
		get sentPerSecond() {
			return book && pace.state === 'running' ? 2 * pace.rate : 0;
		},
		start() {
			pace.start();
		},
		pause() {
			pace.pause();
		},
		suspend() {
			pace.pause();
			interrupt();
		},
		reset: begin,
		stop() {
			pace.stop();
			interrupt();
		},
	};
}
