/**
 * A plan, sent once and written down before and after: so that whatever ends this program in between, the next one can
 * tell what became of it. For the console and the commands without one.
 */
import {randomUUID} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import type {Attempt} from '../journal/attempt.js';
import type {Deed} from '../journal/deed.js';
import type {HistoryEntry} from '../journal/journal-entry.js';
import type {HistoryFile} from '../journal/journal-file.js';
import {hasNote, withNote} from '../knative/release/evidence/note.js';
import {describeFault} from '../knative/text/fault.js';
import type {Cluster} from '../kube/cluster.js';
import {identityOf} from '../kube/identity.js';
import type {Plan, TrafficAction} from './plan.js';
import {sendPlan, sentenceOfOutcome, type WriteOptions, type WriteOutcome} from './send-plan.js';
import {storedSplit} from './stored.js';

export type Recorded = {
	outcome: WriteOutcome;
	/** When it was sent, milliseconds since 1970. */
	at: number;
	/** The change that was made, where it is one of a split. */
	entry: HistoryEntry | undefined;
	/** What was attempted, where it is not known what became of it. */
	open: Attempt | Deed | undefined;
	/** Why it is not in the history, or not whole. */
	problem: string | undefined;
};

/** Milliseconds that a disk may take to note what is about to be sent: a roll back does not wait for a disk that hangs. */
const longestNoting = 1000;

/** Traffic alone: nothing in the command line is a secret. */
const plain: ReadonlySet<Plan['action']> = new Set<TrafficAction>([
	'split',
	'promote',
	'abandon',
	'roll back',
	'undo',
	'tag',
]);

/**
 * At most one writing request, whatever happens; `repeat` may have it sent again where nothing came of it, which is the same
 * intent still, and one in the history. A disk that takes no history keeps nothing from being sent.
 * @param options.reason Why, in the operator's words.
 */
export async function sendRecorded(
	cluster: Cluster,
	plan: Plan,
	history: Pick<HistoryFile, 'append' | 'begin' | 'end'> | undefined,
	{
		reason = '',
		now = Date.now,
		onSent,
		repeat = async send => send(),
	}: {
		reason?: string;
		now?: () => number;
		onSent?: WriteOptions['onSent'];
		repeat?: (send: () => Promise<WriteOutcome>) => Promise<WriteOutcome>;
	} = {},
): Promise<Recorded> {
	const attempt = attemptOf(cluster, plan, {reason, at: now()});
	const begun = attempt ?? deedOf(cluster, plan, {reason, at: now()});
	const problems: string[] = [];
	const note = async (what: Promise<void> | undefined) => {
		try {
			await Promise.race([what, delay(longestNoting, undefined, {ref: false}).then(late)]);
		} catch (error) {
			problems.push(describeFault(error));
		}
	};
	if (begun) await note(history?.begin(begun));
	const noteEnd = async (ended: WriteOutcome) => {
		const isMade = begun !== attempt && (ended.kind === 'done' || ended.kind === 'altered');
		const sentence = isMade && ended.kind === 'done' ? '' : sentenceOf(ended, plan);
		if (begun) await note(history?.end({id: begun.id, how: isMade ? 'made' : 'not made', sentence}));
	};
	let at = now();
	/** What is in the history as its end. */
	let noted: WriteOutcome | undefined;
	const send = async (): Promise<WriteOutcome> => {
		if (noted && begun) await note(history?.begin({...begun, at: now()}));
		noted = undefined;
		const sent = await sendPlan(cluster, attempt ? stamped(plan, {id: attempt.id, at: now()}) : plan, {
			reason: plan.action,
			now,
			onSent(request) {
				({at} = request);
				onSent?.(request);
			},
		});
		// Whoever waits before it is sent again may be ended meanwhile.
		if (isNotMade(sent)) {
			await noteEnd(sent);
			noted = sent;
		}
		return sent;
	};
	const outcome = await repeat(send);
	const entry = attempt && entryOf(attempt, plan, outcome, at);
	if (entry) await note(history?.append(entry));
	else if (outcome.kind !== 'unknown' && outcome !== noted) await noteEnd(outcome);
	return {
		outcome,
		at,
		entry,
		open: outcome.kind === 'unknown' ? begun : undefined,
		problem: problems[0],
	};
}

function late(): never {
	throw new Error(`the disk takes longer than ${longestNoting / 1000} s`);
}

const isNotMade = ({kind}: WriteOutcome): boolean =>
	kind !== 'done' && kind !== 'altered' && kind !== 'unknown';

function sentenceOf(outcome: WriteOutcome, plan: Plan): string {
	return outcome.kind === 'done' ? 'The server had it that way already.' : sentenceOfOutcome(outcome, plan);
}

/**
 * The same plan with a note that is of this write: by its id it is told from the same change by somebody else, be it of the same
 * user at the same moment; and it says when it was sent, for however long its review was looked at.
 */
function stamped(plan: Plan, {id, at}: {id: string; at: number}): Plan {
	const {write, reject, givenUp} = plan;
	if (write.kind !== 'patch') return plan;
	const operations = withNote(write.operations, note => ({
		...note,
		id,
		since: at,
		rejected: note.rejected.map(entry => (entry.revision === givenUp?.revision ? {...entry, at} : entry)),
	}));
	return {
		...plan,
		write: {...write, operations},
		...(reject && {reject: {...reject, mark: {...reject.mark, at}}}),
	};
}

type Occasion = {reason: string; at: number};

/** What is remembered of whatever is written from here. */
function writtenHere(cluster: Cluster, {action, namespace, name}: Plan, {reason, at}: Occasion) {
	return {
		id: randomUUID(),
		at,
		server: cluster.server,
		context: cluster.context,
		namespace,
		service: name,
		by: cluster.user,
		own: true,
		reason: reason === '' ? action : `${action}: ${reason}`,
		end: undefined,
	};
}

/** Of a change of a split: what can be taken back. */
function attemptOf(cluster: Cluster, plan: Plan, occasion: Occasion): Attempt | undefined {
	const {write, splits, action, commands} = plan;
	if (write.kind !== 'patch' || !splits) return undefined;
	return {
		...splits,
		...writtenHere(cluster, plan, occasion),
		uid: write.uid,
		generation: write.generation,
		command: plain.has(action) ? (commands[0] ?? '') : '',
		...(hasNote(write.operations) && {isNoted: true}),
	};
}

/** Of what is made or deleted. */
function deedOf(cluster: Cluster, plan: Plan, occasion: Occasion): Deed | undefined {
	const {write, name, commands} = plan;
	if (write.kind === 'patch') return undefined;
	return {
		...writtenHere(cluster, plan, occasion),
		what: write.kind === 'create' ? 'create service' : write.kind,
		object: write.kind === 'delete revision' ? write.revision : name,
		uid: write.kind === 'create' ? '' : write.uid,
		command: write.kind === 'create' ? '' : (commands[0] ?? ''),
	};
}

/** The change as the server has stored it. */
function entryOf(
	{end: _end, isNoted: _isNoted, ...attempt}: Attempt,
	{write}: Plan,
	outcome: WriteOutcome,
	at: number,
): HistoryEntry | undefined {
	if (outcome.kind !== 'done' && outcome.kind !== 'altered') return undefined;
	const generation = identityOf(outcome.object)?.generation;
	if (write.kind !== 'patch' || outcome.unchanged || generation === undefined) return undefined;
	// A generation that has not moved is the split that was there: nothing that could be taken back.
	if (outcome.kind === 'altered' && generation === write.generation) return undefined;
	return {...attempt, at, generation, after: storedSplit(outcome.object) ?? attempt.after};
}
