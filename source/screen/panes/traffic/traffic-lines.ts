/** What pane 3 says of a split beside its rows: how far it has got, what contradicts it, what is got of it, who changed it. Pure. */
import type {ConsoleState, Move, ServiceVerdict, UsersSnapshot} from '../../../console/state/state.js';
import {lateRefusal, type LateRefusal} from '../../../knative/release/late-refusal.js';
import {conditionSentence} from '../../../knative/revision/revision-state.js';
import {condition, rolloutInProgress, routeSettled} from '../../../knative/service/service-state.js';
import type {ServiceView} from '../../../knative/service/service.js';
import {apportion} from '../../../knative/split/apportion.js';
import {splitOrder, type Split} from '../../../knative/split/split.js';
import {printable} from '../../../knative/text/printable.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {changesWords} from '../../frame/changes.js';
import type {Size} from '../../layout.js';
import {wrapLine, type DocumentLine} from '../../widgets/document.js';
import {cutAtClause, widthOf} from '../../widgets/table/fit-text.js';
import {contradiction, inPlaceWords, isAnotherSplit} from '../gateway-evidence.js';
import {latelyAnswered} from '../measured.js';

/** The state of the draft, or how far the gateway has got with the split that was sent. */
export function asideOf(
	service: ServiceView,
	move: Move | undefined,
	{
		isDraft,
		isTyping,
		isChanged,
		latest,
		removes = '',
		verdict,
	}: {
		isDraft: boolean;
		isTyping: boolean;
		isChanged: boolean;
		/** Of a draft that lets it follow: the latest ready revision, where it was another one when the draft was begun. */
		latest?: string | undefined;
		/** Of a draft: the rows that it takes out and that have no room beneath the others. */
		removes?: string;
		verdict: ServiceVerdict | undefined;
	},
): string {
	if (isChanged) return `draft · ${service.lastModifier ?? 'somebody'} changed the split meanwhile`;
	if (latest !== undefined) return `draft · latest is ${latest} now`;
	if (isTyping) return 'type 0 to 100 · Enter reviews it';
	if (removes !== '') return `draft · removes ${removes}`;
	if (isDraft) return 'draft · sums to 100 · Enter reviews it';
	// The server has taken a change that the watch has not told of yet: what is shown is from before it.
	if (move && move.generation > service.generation) return 'sent · waiting for the watch';
	if (routeSettled(service)) {
		if (service.splitDoubt !== undefined) return 'not clear: the cluster reports no whole split';
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
	if (rolloutInProgress(service)) return rollingWords(service);
	const words = conditionSentence(condition(service, 'RoutesReady'));
	return `sent · ${words === '' ? 'the gateway does not have it yet' : words}`;
}

/** `rolling out over 600s · now 62│38`: what is set is where that leads. */
function rollingWords(service: ServiceView): string {
	const {rolloutDuration, statusTraffic} = service;
	const over = rolloutDuration === undefined ? '' : ` over ${printable(rolloutDuration)}`;
	const shares = splitOrder(service).map(name =>
		statusTraffic.reduce((sum, {revision, percent}) => sum + (revision === name ? percent : 0), 0),
	);
	return `rolling out${over} · now ${shares.join('│')}`;
}

/** What the route says no to, or what answers prove to be otherwise, in as many rows as are left; the selected row keeps one. */
export function saidLines(
	service: ServiceView,
	verdict: ServiceVerdict | undefined,
	{width, height}: Size,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
	{
		hasBar = false,
	}: {/** There is room for a bar of what is got, and for no sentence beside it. */ hasBar?: boolean} = {},
): DocumentLine[] {
	const refusal = lateRefusal(service);
	// The live pane has the sentence, and what to do: here it is seen.
	const proven = hasBar && isAnotherSplit(verdict) ? undefined : contradiction(verdict);
	const lines: DocumentLine[] = refusal
		? refusalLines(refusal, {width, height: Math.max(0, height - 1)}, {styles, glyphs})
		: proven === undefined
			? []
			: [
					{
						text: `${glyphs.bad} ${height < roomy ? fittedPieces(proven, width - 2) : proven}`,
						style: styles.bad,
					},
				];
	const rows = lines.flatMap(line => wrapLine(line, width).map(text => ({...line, text})));
	const shown = rows.slice(0, Math.max(0, height - 1));
	const last = shown.at(-1);
	if (last === undefined || shown.length === rows.length) return shown;
	// What has no room is cut where it can be seen that it was.
	const rest = rows.slice(shown.length).map(({text}) => text);
	return [...shown.slice(0, -1), {...last, text: [last.text, ...rest].join(' ')}];
}

/** What the server says, what it means and what to do; with less room first without what it means: what to do is never cut. */
function refusalLines(
	{said, keeps, meaning, wayBack}: LateRefusal,
	{width, height}: Size,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): DocumentLine[] {
	const rowsOf = (text: string) => wrapLine({text}, width).length;
	const first = `${glyphs.bad} ${said}`;
	const room = Math.max(1, height - 1);
	const remedies = [`${meaning} ${wayBack}`, `${keeps} ${wayBack}`, wayBack];
	const remedy =
		remedies.find(text => rowsOf(first) + rowsOf(text) <= height) ??
		remedies.find(text => rowsOf(text) <= room) ??
		wayBack;
	// The sentence of the server is whole in the details and in what the message line says.
	const left = Math.max(1, height - rowsOf(remedy));
	const shown = wrapLine({text: first}, width);
	const kept = shown.length > left ? [...shown.slice(0, left - 1), shown.slice(left - 1).join(' ')] : shown;
	return [
		...kept.map(text => ({text: cutAtClause(text, width, glyphs.ellipsis), style: styles.bad})),
		{text: remedy, style: styles.warning},
	];
}

/** Rows of the pane from which on a row more for a sentence takes none from the split. */
const roomy = 4;

/** The first pieces of a sentence, as many as fit in a row; the first one in any case. */
function fittedPieces(sentence: string, width: number): string {
	const pieces = sentence.split(' · ');
	while (pieces.length > 1 && widthOf(pieces.join(' · ')) > width) pieces.pop();
	return pieces.join(' · ');
}

/** A bar is green only of what users get: not while no revision is ready, or the gateway says otherwise. */
export function isGotByUsers(service: ServiceView, verdict: ServiceVerdict | undefined): boolean {
	if (service.latestReady === undefined && !routeSettled(service)) return false;
	return contradiction(verdict) === undefined;
}

/**
 * What each revision got, in whole percent of all, and by whom. Each revision once, though it has several rows; at the end, of no
 * revision, what is of no certain one.
 */
type Got = {
	readonly label: string;
	readonly revisions: readonly (string | undefined)[];
	readonly percents: readonly number[];
	/** As it is read: `91│5│?`. */
	readonly values: readonly string[];
	/** It was so when somebody last looked. */
	readonly isOld?: true;
};

const usersRows = (users: ConsoleState['users']): UsersSnapshot['view']['recent']['rows'] =>
	users?.snapshot.state === 'counting' ? users.snapshot.view.recent.rows : [];

/**
 * Of the last half a minute: what the loop was answered, else what users were; in the order of the rows, and after them what has
 * no row, as in a draft that took it out. Undefined while too little is known for a bar.
 */
export function gotOf(
	split: Split,
	verdict: ServiceVerdict | undefined,
	users: ConsoleState['users'],
): Got | undefined {
	const answered = latelyAnswered(verdict);
	if (answered) return barOf('got', inRows(split, answered.got), answered.rest);
	const rows = usersRows(users);
	// What somebody asks at its own address may be all that a revision gets, and may be what users are sent to it against the split.
	if (rows.some(({share}) => share === undefined)) return undefined;
	const byRevision = inRows(split, new Map(rows.map(({revision, share}) => [revision, share])));
	const shares = [...byRevision.values()];
	if (shares.every(share => (share ?? 0) === 0)) return undefined;
	const whole = apportion(
		shares.map(share => share ?? 0),
		100,
	);
	const shown = new Map([...byRevision.keys()].map((revision, index) => [revision, whole[index]]));
	return users?.isPaused === true
		? {...barOf('users paused', shown, 0), isOld: true}
		: barOf('users', shown, 0);
}

type Shares = ReadonlyMap<string, number | undefined>;

/** Those of the rows first, in their order, be they nothing; then others that got something. */
function inRows(split: Split, got: Shares): Shares {
	const listed = split.flatMap(({revision}) => (revision === undefined ? [] : [revision]));
	const others = [...got].filter(([, share]) => share !== 0).map(([revision]) => revision);
	return new Map(
		[...new Set([...listed, ...others])].map(revision => [
			revision,
			got.has(revision) ? got.get(revision) : 0,
		]),
	);
}

function barOf(label: string, shares: Shares, rest: number): Got {
	const ofRest = rest > 0 ? [rest] : [];
	return {
		label,
		revisions: [...shares.keys(), ...ofRest.map(() => undefined)],
		percents: [...[...shares.values()].map(share => share ?? 0), ...ofRest],
		values: [...[...shares.values()].map(share => String(share ?? '?')), ...ofRest.map(() => '?')],
	};
}

/** Whether the pane says the same of both: numbers come every other second, and seldom other shares. */
export function haveSameShares(one: ConsoleState['users'], other: ConsoleState['users']): boolean {
	if (!one || !other) return one === other;
	if (one.isPaused !== other.isPaused) return false;
	const [rows, others] = [usersRows(one), usersRows(other)];
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
