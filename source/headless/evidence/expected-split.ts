/** The split that an answer is compared with: the route's own, or what the operator says with `--expect`. Pure. */
import {printable} from '../../knative/text/printable.js';
import type {StatusTarget} from '../../knative/service/traffic-entries.js';

/** A revision and what it is to get: percent, 0–100; all together 100. */
export type ExpectedShare = {revision: string; percent: number};

export type Expected = {ok: true; shares: readonly ExpectedShare[]} | {ok: false; reason: string};

/** The split of `status.traffic`, each revision once, in its order. */
export function configuredShares(traffic: readonly StatusTarget[]): ExpectedShare[] {
	const percents = new Map<string, number>();
	for (const {revision, percent} of traffic) percents.set(revision, (percents.get(revision) ?? 0) + percent);
	return [...percents].map(([revision, percent]) => ({revision, percent}));
}

/**
 * What `--expect` means: `50/50`, in the order of the route's revisions (those with 0 % may be left out when the others
 * are meant), or `stable=90,canary=10` with tags or names of revisions, where what is not named is to get 0 %.
 */
export function expectedShares(text: string, traffic: readonly StatusTarget[]): Expected {
	const shares = configuredShares(traffic);
	const parsed = text.includes('=') ? byName(text, traffic, shares) : byOrder(text, shares);
	if (!parsed.ok) return {ok: false, reason: `--expect ${JSON.stringify(printable(text))}: ${parsed.reason}`};
	const sum = parsed.shares.reduce((total, {percent}) => total + percent, 0);
	return sum === 100
		? parsed
		: {
				ok: false,
				reason: `--expect ${JSON.stringify(printable(text))}: the shares sum to ${sum}, not to 100.`,
			};
}

/** Undefined when it is no percentage. */
function percentOf(text: string): number | undefined {
	const value = /^\d{1,3}(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
	return value <= 100 ? value : undefined;
}

function byOrder(text: string, shares: readonly ExpectedShare[]): Expected {
	const percents = text.split('/').map(percentOf);
	if (percents.includes(undefined)) {
		return {ok: false, reason: 'give shares from 0 to 100, such as 50/50 or stable=90,canary=10.'};
	}
	const meant = percents.length === shares.length ? shares : shares.filter(({percent}) => percent > 0);
	if (meant.length !== percents.length) {
		const known = shares.map(({revision, percent}) => `${revision} ${percent} %`).join(', ');
		return {
			ok: false,
			reason: `it has ${percents.length} shares, and the route has ${shares.length}: ${known}.`,
		};
	}
	const chosen = new Map(meant.map(({revision}, index) => [revision, percents[index] ?? 0]));
	return {ok: true, shares: shares.map(({revision}) => ({revision, percent: chosen.get(revision) ?? 0}))};
}

function byName(text: string, traffic: readonly StatusTarget[], shares: readonly ExpectedShare[]): Expected {
	const chosen = new Map<string, number>();
	for (const part of text.split(',')) {
		const [name = '', share = ''] = part.split('=').map(word => word.trim());
		const percent = percentOf(share);
		if (percent === undefined) {
			return {
				ok: false,
				reason: `${JSON.stringify(printable(part))} is no NAME=SHARE with a share from 0 to 100.`,
			};
		}
		const target = traffic.find(({revision, tag}) => revision === name || tag === name);
		if (!target) {
			const known = traffic.map(({revision, tag}) => (tag === undefined ? revision : `${tag} (${revision})`));
			return {
				ok: false,
				reason: `the route has no revision or tag ${JSON.stringify(printable(name))}: it has ${known.join(', ')}.`,
			};
		}
		chosen.set(target.revision, (chosen.get(target.revision) ?? 0) + percent);
	}
	return {ok: true, shares: shares.map(({revision}) => ({revision, percent: chosen.get(revision) ?? 0}))};
}
