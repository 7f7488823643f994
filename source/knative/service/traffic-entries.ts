/** The entries of `spec.traffic` and `status.traffic`: what they are, and how they are read from what the API server sent. */
import * as v from 'valibot';
import {optionalText} from '../objects/parsed.js';
import {printable} from '../text/printable.js';

/** An entry of `spec.traffic`: what the operator asked for. */
export type SplitTarget = {
	/** The revision it is pinned to; undefined when it follows the latest ready one. */
	revision: string | undefined;
	latest: boolean;
	/** Whole percent, 0–100. */
	percent: number;
	tag: string | undefined;
};

/** An entry of `status.traffic`: what the Route has resolved, not yet proof that the gateway has it (`routeSettled`). */
export type StatusTarget = {
	revision: string;
	/** It is this revision because it is the latest ready one. */
	latest: boolean;
	percent: number;
	tag: string | undefined;
	/** The tag's own URL; there only beside a tag. */
	url: string | undefined;
};

const percent = v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))), 0);

/**
 * Not tolerant of one bad entry, other than everything else here: leaving it out would make the next write of
 * `spec.traffic` take it away.
 */
export const specTraffic = v.pipe(
	v.array(
		v.pipe(
			v.object({
				revisionName: optionalText,
				latestRevision: v.nullish(v.boolean()),
				percent,
				tag: optionalText,
			}),
			v.transform((entry): SplitTarget => {
				// As the server defaults it (route_defaults.go).
				const latest = entry.latestRevision ?? entry.revisionName === undefined;
				return {
					revision: latest ? undefined : entry.revisionName,
					latest,
					percent: entry.percent ?? 0,
					tag: entry.tag,
				};
			}),
		),
	),
	v.transform(entries =>
		entries.length > 0 ? entries : [{revision: undefined, latest: true, percent: 100, tag: undefined}],
	),
	v.check(
		entries => entries.every(entry => entry.latest || entry.revision !== undefined),
		'a target names no revision',
	),
	v.check(
		entries => entries.reduce((sum, entry) => sum + entry.percent, 0) === 100,
		'the percents do not sum to 100',
	),
);

const statusEntry = v.pipe(
	v.object({
		revisionName: v.pipe(v.string(), v.transform(printable)),
		latestRevision: v.nullish(v.boolean()),
		percent,
		tag: optionalText,
		url: optionalText,
	}),
	v.transform((entry): StatusTarget => ({
		revision: entry.revisionName,
		latest: entry.latestRevision ?? false,
		percent: entry.percent ?? 0,
		tag: entry.tag,
		url: entry.url,
	})),
);

type StatusTraffic = {
	targets: readonly StatusTarget[];
	/** Of the entry that is missing among them, and with it a part of the split. */
	issues?: readonly v.BaseIssue<unknown>[];
	/** All of them can be read and are no split all the same: what is odd, such as `adds up to 110 %`. */
	odd?: string;
};

/** An entry that cannot be read (one that names no revision, say) says nothing of the others; a tag at 0 % is no part of the split. */
export const statusTraffic = v.pipe(
	v.nullish(v.unknown(), []),
	v.transform((traffic): StatusTraffic => {
		const listed = v.safeParse(v.array(v.unknown()), traffic);
		if (!listed.success) return {targets: [], issues: listed.issues};
		const entries = listed.output.map(entry => v.safeParse(statusEntry, entry));
		const targets = entries.flatMap(entry => (entry.success ? [entry.output] : []));
		const unread = entries.find((entry, index) => !entry.success && saysShare(listed.output[index]));
		if (unread) return {targets, issues: unread.issues ?? []};
		const sum = targets.reduce((total, entry) => total + entry.percent, 0);
		if (sum === 100 || entries.length === 0) return {targets};
		const unsaid = entries.find(entry => !entry.success);
		if (unsaid) return {targets, issues: unsaid.issues};
		return {targets, odd: `adds up to ${sum} %, not to 100 % (${sharesText(listed.output, targets)})`};
	}),
);

/** Whether an entry has a share of the traffic: the others may add up to 100 % without it and are no split all the same. */
const saysShare = (entry: unknown): boolean =>
	entry instanceof Object && (Reflect.get(entry, 'percent') ?? 0) !== 0;

/** `cart-00001 60 %, cart-00002 without a percent`. */
function sharesText(listed: readonly unknown[], targets: readonly StatusTarget[]): string {
	return targets
		.map(({revision, percent: share}, index) => {
			const entry = listed[index];
			const isSaid = entry instanceof Object && typeof Reflect.get(entry, 'percent') === 'number';
			return `${revision} ${isSaid ? `${share} %` : 'without a percent'}`;
		})
		.join(', ');
}
