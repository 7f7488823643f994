/** What an operator should know before a change of a split is made; each a sentence. Pure. */

import {stateWords} from '../revision/revision-state.js';
import type {RevisionView} from '../revision/revision.js';
import type {ServiceView} from '../service/service.js';
import type {Split} from '../split/split.js';
import {momentBy} from '../text/moment.js';
import {rejectionOf, type ReleaseFacts} from './evidence/release-facts.js';
import {rejectedLike} from './evidence/likeness.js';
import type {Rejection} from './evidence/rejection.js';
import {rolloutInProgress} from '../service/service-state.js';

export type Warning = {
	kind:
		| 'missing'
		| 'not ready'
		| 'cold'
		| 'follows latest'
		| 'unlisted'
		| 'to be collected'
		| 'owner'
		| 'rollout'
		/** It gives traffic to a revision that somebody has rejected. */
		| 'rejected'
		/** The canary was found worse than what users had. */
		| 'worse'
		/** The same of how long it takes. */
		| 'slower'
		/** More than what was asked for. */
		| 'guess'
		/** It gives all of the traffic to another revision than the one that is being tried. */
		| 'untried'
		/** A revision that is being tried loses its tag. */
		| 'takes tag'
		| 'other';
	/** The revision it is about. */
	revision?: string;
	/** Of an owner: who it is. */
	owner?: string;
	sentence: string;
	/** Of a guess: why it is more than what was asked for, as a clause. */
	because?: string;
	/** What to press in the console, as a sentence; of no use without it. */
	keys?: string;
};

const toConfirmTwice: ReadonlySet<Warning['kind']> = new Set([
	'not ready',
	'missing',
	'guess',
	'untried',
	'takes tag',
]);

/** Traffic would be asked for that no revision can take now: not by one press of Enter. */
export function needsSecondConfirmation(warnings: readonly Warning[]): boolean {
	return warnings.some(({kind}) => toConfirmTwice.has(kind));
}

/** What has to be typed before the traffic goes where these warn of: the name of what was rejected, or `worse`, or `slower`. */
export function wordsToType(warnings: readonly Warning[]): string[] {
	return warnings.flatMap(({kind, revision}) => {
		if (kind === 'rejected') return revision ?? [];
		return kind === 'worse' || kind === 'slower' ? kind : [];
	});
}

/**
 * What is to be said of giving the traffic of `before` to `after`.
 *
 * @param revisions Those of this Service; undefined while they are not known: then nothing is said of their state.
 * @param now Milliseconds since 1970; without it nothing is said of how old a revision is.
 * @param users The revision that users have, where it is known.
 * @param isBack It goes back to what users had, which no likeness to something else is to hold up.
 */
export function trafficWarnings(
	service: ServiceView,
	revisions: readonly RevisionView[] | undefined,
	before: Split,
	after: Split,
	{now, users, isBack = false}: {now?: number | undefined; users?: string | undefined; isBack?: boolean} = {},
): Warning[] {
	const warnings: Warning[] = [];
	const byName = new Map(revisions?.map(revision => [revision.name, revision]));
	const next = service.latestCreated === service.latestReady ? undefined : service.latestCreated;
	for (const row of after) {
		// Pinned or by following the latest, it is the same to users.
		const old = before.reduce(
			(sum, {key, revision: name, percent}) =>
				sum + (key === row.key || (!row.latest && name === row.revision) ? percent : 0),
			0,
		);
		const revision = row.revision === undefined ? undefined : byName.get(row.revision);
		if (row.percent <= old) {
			if (revisions && !revision?.state.ready) warnings.push(blocking(row.revision ?? row.key, revision));
			continue;
		}
		warnings.push(...ofNames({service, revisions}, row, {now}));
		if (revision) {
			warnings.push(
				...ofLikeness({service, revisions}, revision, {now, users, isBack}),
				...ofTarget(service, revision, {now}),
			);
		} else if (revisions || row.revision === undefined) {
			warnings.push(missing(row.revision ?? row.key, row.latest));
		}
		if (row.latest && old === 0 && next === undefined) {
			warnings.push(
				following(
					'@latest follows the latest ready revision: a newer one takes its share as soon as it is ready.',
				),
			);
		}
	}
	const followed = after.find(({latest, percent}) => latest && percent > 0);
	if (next !== undefined && followed) {
		const instead = followed.revision === undefined ? '' : ` instead of ${followed.revision}`;
		warnings.push(
			following(
				`${next} is not ready yet: as soon as it is, it gets the ${followed.percent} % of @latest${instead}.`,
			),
		);
	}
	for (const row of before) {
		if (row.percent === 0 || after.some(({key}) => key === row.key)) continue;
		if (row.revision !== undefined && after.some(({revision}) => revision === row.revision)) continue;
		warnings.push({
			kind: 'unlisted',
			revision: row.revision ?? row.key,
			sentence: `${row.revision ?? row.key} is not listed any more: it may be scaled down and garbage collected.`,
		});
	}
	return [...warnings, ...ownerWarnings(service)];
}

const following = (sentence: string): Warning => ({
	kind: 'follows latest',
	sentence,
	keys: 'In the slider, f pins it.',
});

/**
 * Of the revision itself, by its mark or, where the revisions may not be listed, by the note; of a row that follows the
 * latest one, of what it will follow as soon as that is ready, too.
 */
function ofNames(
	facts: Pick<ReleaseFacts, 'service' | 'revisions'>,
	{revision, latest}: Split[number],
	{now}: {now: number | undefined},
): Warning[] {
	const names = new Set([revision, latest ? facts.service.latestCreated : undefined]);
	return [...names].flatMap((name): Warning[] => {
		const rejection = name === undefined ? undefined : rejectionOf(facts, name);
		if (name === undefined || !rejection) return [];
		return [{kind: 'rejected', revision: name, sentence: `${name} was ${rejectedWords(rejection, now)}.`}];
	});
}

/** Of another one that runs the same. */
function ofLikeness(
	facts: Pick<ReleaseFacts, 'service' | 'revisions'>,
	revision: RevisionView,
	{now, users, isBack}: {now: number | undefined; users: string | undefined; isBack: boolean},
): Warning[] {
	const {name} = revision;
	if (name === users || rejectionOf(facts, name)) return [];
	const like = rejectedLike({...facts, changes: []}, revision, users);
	if (!like) return [];
	const sentence = `${name} runs ${like.what}, which was ${rejectedWords(like.rejection, now)}.`;
	return [{kind: isBack ? 'other' : 'rejected', revision: like.revision, sentence}];
}

/** `rejected at 12:04 by ann: too many 5xx`. */
export function rejectedWords({at, by, why}: Rejection, now: number | undefined): string {
	const reason = why === '' ? '' : `: ${why}`;
	return `rejected${momentBy({at, by}, now)}${reason.replace(/\.$/, '')}`;
}

function missing(name: string, latest: boolean): Warning {
	return {
		kind: 'missing',
		revision: name,
		sentence: `${name} does not exist${latest ? ' yet' : ''}: the server will accept the split and the gateway will keep the old one.`,
	};
}

/** The Route takes a split as a whole. */
function blocking(name: string, revision: RevisionView | undefined): Warning {
	return {
		kind: revision ? 'not ready' : 'missing',
		revision: name,
		sentence: `${name} ${revision ? 'is not ready' : 'does not exist'}: while the split lists it, at whatever share, the gateway keeps the one before.`,
		keys: 'In the slider, x takes it out.',
	};
}

function ofTarget(service: ServiceView, revision: RevisionView, {now}: {now: number | undefined}): Warning[] {
	const {name, state} = revision;
	const warnings: Warning[] = [];
	if (!state.ready) {
		warnings.push({
			kind: 'not ready',
			revision: name,
			sentence: `${name} is not ready (${stateWords(state)}): the server will accept the split and the gateway will keep the old one until it is.`,
		});
	} else if (state.kind === 'idle') {
		warnings.push({
			kind: 'cold',
			revision: name,
			sentence: `${name} is scaled to zero: the first answers wait for a pod to start.`,
		});
	}
	const listed = [...service.specTraffic, ...service.statusTraffic].some(target => target.revision === name);
	const isLatest = service.latestReady === name || service.latestCreated === name;
	if (!listed && !isLatest) warnings.push(collectable(revision, now));
	return warnings;
}

/** Defaults of ConfigMap config-gc (knative/serving pkg/gc/config.go); the time since it was last active is not told. */
const keptSinceCreation = 48 * 3_600_000;

function collectable({name, createdAt}: RevisionView, now: number | undefined): Warning {
	const isOld = now !== undefined && createdAt !== undefined && now - createdAt > keptSinceCreation;
	return {
		kind: 'to be collected',
		revision: name,
		sentence: isOld
			? `${name} is not listed in the split and older than 48 h: it may be garbage collected at any time, its min pods do not count until it is listed.`
			: `${name} is not listed in the split: its min pods do not count, and it may be garbage collected, until it is listed.`,
	};
}

/** Who else writes this Service, and what moves by itself. */
export function ownerWarnings(service: ServiceView): Warning[] {
	const warnings = service.owners.map(({by, evidence}): Warning => ({
		kind: 'owner',
		owner: by,
		sentence: `${by} manages this service (${evidence}) and may put its own split back.`,
	}));
	if (rolloutInProgress(service)) {
		warnings.push({
			kind: 'rollout',
			sentence: `A gradual rollout${service.rolloutDuration === undefined ? '' : ` over ${service.rolloutDuration}`} is in progress: its shares are still moving by themselves.`,
		});
	}
	return warnings;
}
