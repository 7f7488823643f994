/** How a plan has to be agreed to: one rule for the review sheet and for the commands without a screen. Pure. */
import {needsSecondConfirmation, wordsToType, type Warning} from '../knative/release/warnings.js';
import type {Plan} from './plan.js';

export type Agreement =
	/** One press of Enter, or `--yes`. */
	| {readonly kind: 'once'}
	/** Twice; `--yes` is not enough. */
	| {readonly kind: 'twice'; readonly because: string}
	/** By typing this word. */
	| {readonly kind: 'word'; readonly word: string; readonly because: string};

/** What speaks against what gets the traffic: not agreed to without a word of its own. */
export const doubted: ReadonlySet<Warning['kind']> = new Set(['rejected', 'worse', 'slower']);

/**
 * The strictest of the reasons holds. A roll back in production needs no name typed: it is what stops an incident.
 *
 * @param production The name of the context, where that is production.
 */
export function agreementFor(
	{action, name, warnings}: Pick<Plan, 'action' | 'name' | 'warnings'>,
	{production}: {production: string | undefined},
): Agreement {
	const words = wordsToType(warnings);
	const because: string[] = [];
	const doubts = warnings.filter(({kind}) => doubted.has(kind));
	if (production !== undefined && action !== 'roll back') {
		words.unshift(name);
		because.push(`${production} is production`);
	} else if (action === 'delete service') {
		words.unshift(name);
		because.push('deletion cannot be undone');
	}
	because.push(
		...doubts.map(({kind, revision}) =>
			kind === 'rejected' ? `${revision} was rejected` : `the canary is ${kind}`,
		),
	);
	if (words.length > 0) {
		return {kind: 'word', word: [...new Set(words)].join(' '), because: [...new Set(because)].join(', and ')};
	}
	if (!needsSecondConfirmation(warnings)) return {kind: 'once'};
	const kinds = new Set(warnings.map(({kind}) => kind));
	if (kinds.has('not ready') || kinds.has('missing')) {
		return {kind: 'twice', because: 'a target cannot take the traffic now'};
	}
	const untried = warnings.find(({kind}) => kind === 'untried');
	if (untried) {
		const revision = untried.revision ?? 'the new revision';
		return {kind: 'twice', because: `${revision} is not what is being tried`};
	}
	const guess = warnings.find(({kind}) => kind === 'guess');
	return {
		kind: 'twice',
		because: guess ? (guess.because ?? 'this is more than what was asked for') : 'a canary loses its tag',
	};
}
