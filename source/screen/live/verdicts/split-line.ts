/** Whether users get the split that is set, as a line. Pure. */
import {isAsking, setAndGot, measuredShares} from '../../../console/live/verdicts.js';
import type {LoopSnapshot} from '../../../console/state/state.js';
import {remedies} from '../../../knative/commands/identify-revisions.js';
import type {SplitVerdict} from '../../../stats/split-verdict.js';
import {clock, span} from '../../format.js';
import type {VerdictContext, VerdictLine} from './verdict-line.js';

type SplitSnapshot = Pick<
	LoopSnapshot,
	| 'verdict'
	| 'settling'
	| 'rows'
	| 'alarm'
	| 'trouble'
	| 'suggestion'
	| 'answered'
	| 'rate'
	| 'unheard'
	| 'tags'
	| 'state'
	| 'burstLeft'
	| 'last'
	| 'silentSince'
>;

/** Whether users get the split that is set. */
export function splitLine(
	{
		verdict,
		settling,
		rows,
		alarm,
		trouble,
		suggestion,
		answered,
		rate,
		unheard: unheardRevisions,
		tags,
		state,
		burstLeft,
		last,
		silentSince,
	}: SplitSnapshot,
	{
		isRefused,
		splitDoubt,
		askedBy,
		tagsMissing,
		now,
	}: Pick<VerdictContext, 'isRefused' | 'splitDoubt' | 'askedBy' | 'tagsMissing' | 'now'>,
): VerdictLine {
	if (settling && splitDoubt !== undefined) {
		return {
			tone: 'warning',
			sentence: 'not counted: the cluster reports no whole split',
			more: `${splitDoubt.replace(/\.?$/, '.')} Nothing can be compared with that; y shows the object.`,
		};
	}
	if (settling) {
		return isRefused
			? {tone: 'bad', sentence: 'not counted: the route refuses the split, and the gateway is not switched'}
			: {tone: 'waiting', sentence: 'switching: answers not counted yet'};
	}
	if (!verdict) return {tone: 'waiting', sentence: 'no split to compare with yet'};
	const isAsked = isAsking({state, burstLeft});
	// Of a loop that asks no more, or gets no answer, nobody knows whether it lasts.
	const isKnown = isAsked && silentSince === undefined;
	const got = setAndGot(measuredShares({rows})) ?? 'nothing came lately';
	if (alarm && !alarm.isOver) {
		const impossible = verdict.state === 'impossible' ? `${verdict.sentence} ` : '';
		const lasts = (isKnown ? now : alarm.last) - alarm.since;
		const long = `${span(lasts)} · since ${clock(alarm.since)}, last ${clock(alarm.last)}`;
		return {
			tone: 'bad',
			sentence: `wrong split: ${got} for ${long}`,
			// What is set stands in pane 3.
			shorter: [`wrong split: ${got.replace(/^set .*, users/, 'users')} for ${span(lasts)}`],
			remedy: 'S sends it again',
			more: `Users do not get this split: ${got} for ${long.replace(' · ', ' (')}). ${impossible}S sends the split again; else look at the KIngress and the gateway's pods (e).`,
		};
	}
	if (alarm) {
		const past = `split was wrong ${clock(alarm.since)}–${clock(alarm.last)}`;
		// What came before nothing was answered is not what users get now.
		if (silentSince !== undefined) {
			return {tone: 'warning', sentence: past, remedy: 'Z resets counts'};
		}
		return {
			tone: 'warning',
			sentence: `${past}, now ${got}`,
			// What is set stands in pane 3.
			shorter: [`${past}, now ${got.replace(/^set .*, users/, 'users')}`, past],
			remedy: 'Z resets counts',
		};
	}
	const isOpen = verdict.state === 'unjudgeable' || verdict.state === 'too few';
	const alike = rows.filter(({why}) => why === 'alike');
	if (isOpen && alike.some(({n}) => n > verdict.unattributed / 2)) {
		return {
			tone: 'warning',
			sentence: 'Revisions answer identically',
			remedy: suggestion === undefined ? 'choose what to compare (i)' : `i compares ${suggestion}`,
			more: `Revisions answer identically, so the split cannot be judged. ${suggestion === undefined ? remedies[askedBy].long : `They differ in ${suggestion}: i compares that, as --fingerprint ${suggestion} does.`}`,
		};
	}
	const unheard = rows.find(({why}) => why === 'unheard');
	if (isOpen && unheard && unheard.n > verdict.unattributed / 2) {
		const {remedy, because} = whyUnheard({unheard: unheardRevisions, tags, tagsMissing});
		return {
			tone: 'warning',
			sentence: `split cannot be judged: ${unheard.n} of ${answered} answers unattributed`,
			shorter: [`split not judged: ${unheard.n} of ${answered} unattributed`, 'split not judged'],
			...(remedy !== undefined && {remedy}),
			more: `The split cannot be judged: ${unheard.n} of ${answered} answers may be those of ${unheard.candidates.join(' or ')}, because ${because}`,
		};
	}
	switch (verdict.state) {
		case 'agrees':
			return {
				tone: trouble ? 'warning' : 'good',
				sentence: dated(verdict.sentence, isAsked ? [] : last),
			};
		case 'too few':
			return {
				tone: 'waiting',
				// Nobody waits for answers that do not come.
				sentence: isKnown ? withWait(verdict, rate) : dated(verdict.sentence, isAsked ? [] : last),
			};
		case 'suspicious':
		case 'unjudgeable':
			return {tone: 'warning', sentence: withWait(verdict, rate)};
		case 'disagrees':
		case 'impossible':
			return {tone: 'bad', sentence: verdict.sentence};
	}
}

/** Why a revision was never heard on its own, and what helps: a tag only where there is none. `because`: a clause with its stop. */
function whyUnheard({
	unheard,
	tags,
	tagsMissing,
}: Pick<LoopSnapshot, 'unheard' | 'tags'> & Pick<VerdictContext, 'tagsMissing'>): {
	remedy: string | undefined;
	because: string;
} {
	if (tagsMissing !== undefined) {
		return {remedy: undefined, because: tagsMissing.replace(/^N/, 'n').replace(/\.?$/, '.')};
	}
	const untagged = unheard.find(revision => !tags.some(tag => tag.revision === revision));
	if (untagged !== undefined) {
		return {
			remedy: 't adds a tag URL',
			because: 'not all of them could be asked on their own. t adds a tag URL.',
		};
	}
	const failing = tags.find(({revision, state}) => state === 'failed' && unheard.includes(revision));
	// Its turn comes, or the route settles.
	if (!failing) return {remedy: undefined, because: 'not all of them have been asked on their own yet.'};
	const {tag, revision, problem = 'no answer', fault, byHeader} = failing;
	const because = `the tag ${tag} of ${revision} tells nothing of it: ${problem}.`;
	if (fault === 'nothing to compare') {
		return {
			remedy: `tag ${tag} says nothing to compare: choose what (i)`,
			because: `${because} i chooses what to compare.`,
		};
	}
	const check =
		byHeader === undefined ? "the gateway's rule for tag hosts" : 'that the gateway passes the tag header on';
	return {
		remedy: `tag ${tag} fails: check ${byHeader === undefined ? "the gateway's rule" : 'its header'}`,
		because: `${because} Check ${check}; V sends the selected revision one request.`,
	};
}

/** `Too few answers to tell, ~44 more needed (44 s).`: how long that takes at this pace. */
function withWait({sentence, more}: SplitVerdict, rate: number): string {
	return more === undefined ? sentence : sentence.replace(/\.$/, ` (${span((more / rate) * 1000)}).`);
}

/** What is not looked at any more is said of the time when it was; slow answers come after those that were asked later. */
function dated(sentence: string, answers: readonly {at: number}[]): string {
	if (answers.length === 0) return sentence;
	const until = Math.max(...answers.map(({at}) => at));
	return `${sentence.replace(/\.$/, '')} · asked until ${clock(until)}`;
}
