/** Who changed a split last, in one line: a colleague's change is said for a minute, as nobody's own. Pure. */
import type {HistoryEntry} from '../../console/session/change-recorder.js';
import {isAcross, isShown} from '../../console/state/scope.js';
import type {ConsoleState} from '../../console/state/state.js';
import type {Split} from '../../knative/split/split.js';
import {clock, count, shortRevision} from '../format.js';

/** Milliseconds for which a colleague's change is announced. */
export const announcedFor = 60_000;

type ChangesState = Pick<ConsoleState, 'history' | 'services' | 'namespace' | 'scope'>;

/**
 * The newest change that was not made from here and is of the last minute, of any service of the list. What was changed from here
 * since is the newer news of that service: the other change was seen, or is in the way no more.
 */
export function announced(
	{history, services, ...shown}: ChangesState,
	now: number,
): HistoryEntry | undefined {
	return history.findLast(
		(entry, index) =>
			!entry.own &&
			now - entry.at < announcedFor &&
			isShown(shown, entry.namespace) &&
			services.some(({uid}) => uid === entry.uid) &&
			!history.slice(index + 1).some(({own, uid}) => own && uid === entry.uid),
	);
}

/**
 * `bob changed cart: 90│10 → 50│50 with kubectl-patch · not from this console`, and the same in fewer and fewer words: the shares stay,
 * then who it was.
 */
export function announcements(
	entry: HistoryEntry,
	{services, scope}: Pick<ConsoleState, 'services' | 'scope'>,
	look: {bar: string; arrow: string},
): [whole: string, ...shorter: string[]] {
	const service = services.find(({uid}) => uid === entry.uid);
	// Of a later write that left the split alone it says nothing about this one.
	const tool = service?.generation === entry.generation ? service.lastTool : undefined;
	const who = entry.by === '' ? 'Somebody' : entry.by;
	const what = isAcross({scope}) ? `${entry.namespace}/${entry.service}` : entry.service;
	const short = `changed ${what}: ${splitsWords(entry, look)}`;
	const named = `${who} ${short}`;
	const told = tool === undefined ? named : `${named} with ${tool}`;
	return [`${told} · not from this console`, told, named, short];
}

/** `12:03:46 ann set 100│0 → 90│10`: the last change of a service that is known here. */
export function lastChangeWords(
	{history}: Pick<ConsoleState, 'history'>,
	uid: string,
	look: {bar: string; arrow: string},
): string | undefined {
	const last = history.findLast(entry => entry.uid === uid);
	return last && changeLine(last, look);
}

/**
 * The same in the fewest words: the shares alone, in their order and without names where those are many, and how much else became of
 * it; `shortest` without that.
 */
export function lastChangeBriefly(
	{history}: Pick<ConsoleState, 'history'>,
	uid: string,
	look: {bar: string; arrow: string},
): {short: string; shortest: string} | undefined {
	const last = history.findLast(entry => entry.uid === uid);
	if (!last) return undefined;
	const [first = '', ...others] = changeLine(last, look).split(', ');
	const [before, after] = [last.before, last.after].map(split => split.filter(({percent}) => percent > 0));
	const isLong = (before?.length ?? 0) + (after?.length ?? 0) > mostNamed;
	const numbers = (split: Split = []) => split.map(({percent}) => percent).join(look.bar);
	const brief = isLong
		? `${whoWhen(last)} ${verbOf(last)} ${numbers(before)} ${look.arrow} ${numbers(after)}`
		: first;
	const more = others.length === 0 ? '' : ` and ${count(others.length, 'more change')}`;
	return {short: `${brief}${more}`, shortest: brief};
}

/** Shares, before and after, of which each has its name in few words. */
const mostNamed = 4;

/** The changes of a service that are known here, the newest first. */
export function changesWords(
	{history}: Pick<ConsoleState, 'history'>,
	uid: string,
	look: {bar: string; arrow: string},
): string[] {
	return history
		.filter(entry => entry.uid === uid)
		.toReversed()
		.map(entry => changeLine(entry, look));
}

const changeLine = (entry: HistoryEntry, look: {bar: string; arrow: string}): string =>
	`${whoWhen(entry)} ${verbOf(entry)} ${splitsWords(entry, look)}`;

/** What is noted of an own change begins with its verb; with what it was done to, as far as the split tells. */
const verbs: readonly (readonly [reason: string, verb: (change: Changed) => string])[] = [
	['promote', change => `promoted${called(wholeOf(change.after), change)}:`],
	['roll back', change => `rolled back${called(wholeOf(change.after), change, 'to ')}:`],
	['abandon', change => `abandoned${called(leftBy(change), change)}:`],
	['undo', () => 'undid the last split:'],
	['split', () => 'set'],
	['create revision', () => 'created a revision:'],
];

const called = (revision: string | undefined, {service}: Changed, to = '') =>
	revision === undefined ? '' : ` ${to}${shortRevision(revision, service)}`;

const wholeOf = (split: Split) => split.find(({percent}) => percent === 100)?.revision;

/** The first revision that has no row any more. */
const leftBy = ({before, after}: Changed) =>
	before.find(({revision}) => after.every(row => row.revision !== revision))?.revision;

/** Of what somebody else has done it is not known by which. */
const verbOf = (entry: HistoryEntry): string =>
	(entry.own && verbs.find(([begins]) => entry.reason.startsWith(begins))?.[1](entry)) || 'changed';

function whoWhen({at, by, own}: HistoryEntry): string {
	return `${clock(at)} ${by === '' ? (own ? 'you' : 'somebody') : by}`;
}

/** What became of the shares, then of the rows without one, then of the tags. */
function splitsWords(
	{before, after, service}: Pick<HistoryEntry, 'before' | 'after' | 'service'>,
	{bar, arrow}: {bar: string; arrow: string},
): string {
	const words = [
		...shareWords({before, after, service}, {bar, arrow}),
		...rowWords({before, after, service}),
		...tagWords({before, after, service}, arrow),
	];
	return words.length > 0 ? words.join(', ') : 'same shares and tags';
}

type Changed = Pick<HistoryEntry, 'before' | 'after' | 'service'>;

const percentIn = (split: Split, key: string) => split.find(row => row.key === key)?.percent;

/** `90│10 → 50│50` where the same revisions share it; else by name, for the numbers alone would tell nothing. */
function shareWords({before, after, service}: Changed, {bar, arrow}: {bar: string; arrow: string}): string[] {
	const sharing = [...new Set([...after, ...before].filter(({percent}) => percent > 0).map(({key}) => key))];
	if (sharing.every(key => percentIn(before, key) === percentIn(after, key))) return [];
	if (sharing.every(key => percentIn(before, key) !== undefined && percentIn(after, key) !== undefined)) {
		const ofOrder = after.filter(({key}) => sharing.includes(key));
		const numbers = (split: Split) => ofOrder.map(({key}) => percentIn(split, key)).join(bar);
		return [`${numbers(before)} ${arrow} ${numbers(after)}`];
	}
	const named = (split: Split) =>
		split
			.filter(({percent}) => percent > 0)
			.map(row => `${rowName(row, service, split)} ${row.percent}`)
			.join(bar);
	return [`${named(before)} ${arrow} ${named(after)}`];
}

/** `…00003 added at 0 %`: what has neither a share nor a tag is told by nothing else. */
function rowWords({before, after, service}: Changed): string[] {
	const only = (split: Split, other: Split) =>
		split
			.filter(
				({key, percent, tags}) => percent === 0 && tags.length === 0 && other.every(row => row.key !== key),
			)
			.map(row => rowName(row, service, split));
	return [
		...only(after, before).map(name => `${name} added at 0 %`),
		...only(before, after).map(name => `${name} (0 %) removed`),
	];
}

const holder = (split: Split, tag: string) => split.find(({tags}) => tags.includes(tag));

/** `tag canary …00002 → …00003`. */
function tagWords({before, after, service}: Changed, arrow: string): string[] {
	const all = new Set([...before, ...after].flatMap(({tags}) => tags));
	return [...all].flatMap(tag => {
		const [from, to] = [holder(before, tag), holder(after, tag)];
		if (from?.key === to?.key) return [];
		if (!from) return to ? [`tag ${tag} added to ${rowName(to, service, after)}`] : [];
		return to
			? [`tag ${tag} ${rowName(from, service, before)} ${arrow} ${rowName(to, service, after)}`]
			: [`tag ${tag} removed from ${rowName(from, service, before)}`];
	});
}

/** Of what follows the latest the revision, too, but for one that has a row of its own: then a newer one was about to be it. */
function rowName({latest, key, revision}: Split[number], service: string, split: Split): string {
	if (!latest) return shortRevision(key, service);
	const isPinned = split.some(row => !row.latest && row.revision === revision);
	return revision === undefined || isPinned ? 'latest' : `latest (${shortRevision(revision, service)})`;
}
