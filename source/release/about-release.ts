/** What a review says of the release it is about: who has which part and why, since when, and what differs. Pure. */
import {isNewer, orderOf, sharesOf} from '../knative/release/evidence/shares.js';
import {releaseOf, roleWords, type ReleaseFacts} from '../knative/release/release.js';
import {differences} from '../knative/revision/revision-differences.js';
import {verdictSentence, type CanaryVerdict} from './verdict/canary-verdict.js';
import {exactMoment, momentBy} from '../knative/text/moment.js';

/** `isBad`: what speaks against any more of it. */
export type ReleaseFact = {label: string; value: string; isBad?: true};

/** At most so many lines on what differs: the rest is counted. */
const longest = 6;

/** @param to What is to have all of the traffic, where one is. */
export function aboutRelease(
	facts: ReleaseFacts & {now?: number | undefined; verdict?: CanaryVerdict | undefined},
	to?: string,
): ReleaseFact[] {
	const {canary, stable, doubt, since, by} = releaseOf(facts);
	const account =
		since === undefined || facts.now === undefined
			? momentBy({at: since, by}, facts.now).trim()
			: `at ${exactMoment(since, facts.now)}${momentBy({at: undefined, by})}`;
	const [old, fresh] = comparedIn(facts, to);
	const {verdict} = facts;
	// How the canary did says nothing of another revision that is to have everything.
	const isOfIt = fresh !== to || verdict?.canary.revision === to;
	const lines: ReleaseFact[] = [
		...(canary ? [{label: 'Canary', value: roleWords(canary)}] : []),
		...(stable ? [{label: 'Stable', value: roleWords(stable)}] : []),
		...(doubt ? [{label: doubt.about === 'canary' ? 'Canary?' : 'Stable?', value: doubt.because}] : []),
		...(verdict && isOfIt ? [verdictFact(verdict, facts.now)] : []),
		...(account === '' ? [] : [{label: 'Split set', value: account}]),
	];
	return [...lines, ...differenceLines(facts, old, fresh)];
}

/** Which two are told apart, the older one first: those of the release, or what users have and another one that is to have everything. */
function comparedIn(
	facts: ReleaseFacts,
	to: string | undefined,
): [old: string | undefined, fresh: string | undefined] {
	const {canary, stable, whole} = releaseOf(facts);
	const having = stable?.revision ?? whole;
	const isOfRelease = to === undefined || to === canary?.revision || to === having;
	if (isOfRelease) return [stable?.revision, canary?.revision];
	const most = sharesOf(facts.service).toSorted((one, other) => other.percent - one.percent);
	const baseline = having ?? most.find(({revision}) => revision !== to)?.revision;
	const order = orderOf(facts.service, facts.revisions);
	return baseline !== undefined && isNewer(order, baseline, to) === true ? [to, baseline] : [baseline, to];
}

/** With the time of it: requests go on, and it is told once. */
const verdictFact = (verdict: CanaryVerdict, now: number | undefined): ReleaseFact => ({
	label: 'Verdict',
	value: `${now === undefined ? '' : `At ${exactMoment(now, now)}: `}${verdictSentence(verdict)}`,
	...((verdict.errors === 'worse' || verdict.latency === 'slower') && {isBad: true}),
});

function differenceLines(
	{service, revisions}: ReleaseFacts,
	stable: string | undefined,
	canary: string | undefined,
): ReleaseFact[] {
	const other = sharesOf(service).find(({revision}) => revision !== canary);
	const old = revisions?.find(({name}) => name === (stable ?? other?.revision));
	const fresh = revisions?.find(({name}) => name === canary);
	if (!old || !fresh) return [];
	const found = differences(old, fresh);
	const shown = found.slice(0, longest).map((value, index) => ({label: index === 0 ? 'Differs' : '', value}));
	if (found.length === 0) return [{label: 'Differs', value: 'in nothing that is shown here'}];
	const more = found.length - shown.length;
	return more > 0 ? [...shown, {label: '', value: `and ${more} more`}] : shown;
}
