/** What pane 3 says of a split beside its rows: how far it has got, what contradicts it, what is got of it, who changed it. Pure. */
import type {ConsoleState, Move, ServiceVerdict} from '../../../console/state/state.js';
import {lateRefusal} from '../../../knative/release/late-refusal.js';
import {conditionSentence} from '../../../knative/revision/revision-state.js';
import {condition, routeSettled} from '../../../knative/service/service-state.js';
import type {ServiceView} from '../../../knative/service/service.js';
import {apportion} from '../../../knative/split/apportion.js';
import type {Split} from '../../../knative/split/split.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {changesWords} from '../../frame/changes.js';
import type {Size} from '../../layout.js';
import {wrapLine, type DocumentLine} from '../../sheets/inspect/document.js';
import {contradiction, inPlaceWords} from '../gateway-evidence.js';

/** The state of the draft, or how far the gateway has got with the split that was sent. */
export function asideOf(
	service: ServiceView,
	move: Move | undefined,
	{
		isDraft,
		isTyping,
		isChanged,
		latest,
		verdict,
	}: {
		isDraft: boolean;
		isTyping: boolean;
		isChanged: boolean;
		/** Of a draft that lets it follow: the latest ready revision, where it was another one when the draft was begun. */
		latest?: string | undefined;
		verdict: ServiceVerdict | undefined;
	},
): string {
	if (isChanged) return `draft · ${service.lastModifier ?? 'somebody'} changed the split meanwhile`;
	if (latest !== undefined) return `draft · latest is ${latest} now`;
	if (isTyping) return 'type 0 to 100 · Enter reviews it';
	if (isDraft) return 'draft · sums to 100 · Enter reviews it';
	// The server has taken a change that the watch has not told of yet: what is shown is from before it.
	if (move && move.generation > service.generation) return 'sent · waiting for the watch';
	if (routeSettled(service)) {
		return inPlaceWords(service, move, verdict);
	}
	const refusal = lateRefusal(service);
	if (refusal) {
		return refusal.isFirst
			? 'Route not ready; service not served'
			: 'Route not ready; the split before is served';
	}
	if (service.observedGeneration !== service.generation) {
		return 'waiting for the controller';
	}
	const words = conditionSentence(condition(service, 'RoutesReady'));
	return `sent · ${words === '' ? 'the gateway does not have it yet' : words}`;
}

/** What the route says no to, or what answers prove to be otherwise, in as many rows as are left; the selected row keeps one. */
export function saidLines(
	service: ServiceView,
	verdict: ServiceVerdict | undefined,
	{width, height}: Size,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): DocumentLine[] {
	const refusal = lateRefusal(service);
	const proven = contradiction(verdict);
	const lines: DocumentLine[] = refusal
		? [
				{text: `${glyphs.bad} ${refusal.said}`, style: styles.bad},
				{text: `${refusal.meaning} ${refusal.wayBack}`, style: styles.warning},
			]
		: proven === undefined
			? []
			: [{text: `${glyphs.bad} ${proven}`, style: styles.bad}];
	const rows = lines.flatMap(line => wrapLine(line, width).map(text => ({...line, text})));
	const shown = rows.slice(0, Math.max(0, height - 1));
	const last = shown.at(-1);
	if (last === undefined || shown.length === rows.length) return shown;
	// What has no room is cut where it can be seen that it was.
	const rest = rows.slice(shown.length).map(({text}) => text);
	return [...shown.slice(0, -1), {...last, text: [last.text, ...rest].join(' ')}];
}

/** A bar is green only of what users get: not while no revision is ready, or the gateway says otherwise. */
export function isGotByUsers(service: ServiceView, verdict: ServiceVerdict | undefined): boolean {
	if (service.latestReady === undefined && !routeSettled(service)) return false;
	return contradiction(verdict) === undefined;
}

/** What each revision got, in percent of what is told by revision, and by whom. Each revision once, though it has several rows. */
type Got = {
	readonly label: string;
	readonly revisions: readonly string[];
	readonly percents: readonly number[];
};

/**
 * Of the last half a minute: what the loop was answered, else what users were; in the order of the rows, and after them what has
 * no row, as in a draft that took it out. Undefined while too little is known for a bar.
 */
export function gotOf(
	split: Split,
	verdict: ServiceVerdict | undefined,
	users: ConsoleState['users'],
): Got | undefined {
	const bars = (
		label: string,
		got: readonly (readonly [revision: string, share: number | undefined])[],
	): Got | undefined => {
		const byRevision = new Map<string, number>(
			split.flatMap(({revision}) => (revision === undefined ? [] : [[revision, 0] as const])),
		);
		for (const [revision, share = 0] of got) {
			if (share > 0 || byRevision.has(revision)) byRevision.set(revision, share);
		}
		const shares = [...byRevision.values()];
		return shares.some(share => share > 0)
			? {label, revisions: [...byRevision.keys()], percents: apportion(shares, 100)}
			: undefined;
	};
	const answered = verdict?.isRunning
		? bars(
				'got',
				verdict.shares.map(({revision, got}) => [revision, got]),
			)
		: undefined;
	if (answered) return answered;
	const rows = users?.snapshot.view.recent.rows ?? [];
	return bars(
		'users',
		rows.map(({revision, share}) => [revision, share]),
	);
}

/** Whether the pane says the same of both: numbers come every other second, and seldom other shares. */
export function haveSameShares(one: ConsoleState['users'], other: ConsoleState['users']): boolean {
	if (!one || !other) return one === other;
	const [rows, others] = [one.snapshot.view.recent.rows, other.snapshot.view.recent.rows];
	return (
		rows.length === others.length &&
		rows.every(({revision, share}, index) => {
			const row = others[index];
			return row?.revision === revision && row.share === share;
		})
	);
}

/** Who changed the split of it when, the newest first, after a blank line. */
export function recentChanges(
	state: Pick<ConsoleState, 'history'>,
	uid: string,
	{isAscii, arrow}: {isAscii: boolean; arrow: string},
	room: number,
): string[] {
	const words = changesWords(state, uid, {bar: isAscii ? '|' : '│', arrow}).slice(0, room);
	return words.length > 0 ? [' ', ...words.map(text => `  ${text}`)] : [];
}
