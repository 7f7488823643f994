/** What stands beside the answers where there is room: failures, events and the log of a revision, line by line. Pure. */
import type {BesideView, FailureEntry} from '../../console/state/state.js';
import type {Look} from '../../terminal/output/theme.js';
import {age, shortRevision} from '../format.js';
import type {RevisionMarks} from '../release/revision-marks.js';
import {wrapLine, type DocumentLine} from '../widgets/document.js';
import {steadyWidth} from '../widgets/steady-width.js';
import {cutText, fitText} from '../widgets/table/fit-text.js';
import {failureText} from './failure-lines.js';

type BesideRoom = {readonly width: number; readonly height: number};

/** Of a pane's inside. */
const widestLeft = 130;
const leastWidth = 150;
const leastHeight = 16;
/** Of the panel. */
const narrowest = 48;

/** Columns of the panel in a pane of that inside; 0 where there is no room for one. */
export function besideWidth({width, height}: BesideRoom): number {
	if (width < leastWidth || height < leastHeight) return 0;
	return Math.max(narrowest, Math.min(Math.floor(width / 2), width - widestLeft));
}

/** Milliseconds after which a failure is one of earlier. */
const recently = 30_000;
/** Columns of an age (`45m`, `6d`). */
const ageWidth = 4;

/**
 * Exactly as many lines as there is room for. Failures and events take what they need, up to their part; the log, which has always
 * more to say, has the rest.
 * @param failures Newest first; undefined where nothing is asked.
 */
export function besideLines(
	{
		failures,
		beside,
		service,
		marks,
		logged,
		now,
	}: {
		failures: readonly FailureEntry[] | undefined;
		beside: BesideView | undefined;
		service: string;
		marks: RevisionMarks | undefined;
		/** The one of which `L` shows the log, where the keyboard is. */
		logged: string | undefined;
		/** Milliseconds since 1970. */
		now: number;
	},
	{width, height}: BesideRoom,
	look: Look,
): DocumentLine[] {
	const {styles} = look;
	const third = Math.floor(height / 3);
	// A short log ends above the answers then: over there each new one moves the rows of the pane as they are.
	const mostEvents = failures === undefined ? third : Math.min(third, 5);
	const title = (text: string): DocumentLine => ({
		text: fitText(text, width, look.glyphs),
		style: styles.muted,
	});
	const failed =
		failures === undefined
			? []
			: [
					title(`FAILURES of this split${failures.length === 0 ? ': none' : ', newest first'}`),
					...failureRows(failures, {service, now, width, height: third - 1}, look),
					blank,
				];
	const happened = [
		title(`EVENTS of ${service} (e: all)`),
		...eventRows(beside?.events, {service, now, width, height: mostEvents}, look),
		blank,
	];
	const left = height - failed.length - happened.length;
	const log = beside?.log;
	const fill = log ? (marks?.get(log.revision)?.fill ?? '') : '';
	const said =
		log === undefined || left < 2
			? []
			: [
					title(
						`LOG of ${`${fill} ${shortRevision(log.revision, service)}`.trim()}${podWords(log)} (${log.revision === logged ? 'L' : 'L in pane 2'}: all)`,
					),
					...logRows(log, {width, height: left - 1}, look),
				];
	const lines = [...failed, ...happened, ...said].slice(0, height);
	return [...lines, ...Array.from({length: height - lines.length}, () => blank)];
}

const blank: DocumentLine = {text: ''};

function failureRows(
	failures: readonly FailureEntry[],
	{service, now, width, height}: BesideRoom & {service: string; now: number},
	{styles, glyphs}: Look,
): DocumentLine[] {
	const shown = failures.length > height ? failures.slice(0, height - 1) : failures;
	const rest = failures.length - shown.length;
	return [
		...shown.map(failure => ({
			text: cutText(`${glyphs.bad} ${failureText(failure, service)}`, width, glyphs),
			style: now - failure.last < recently ? styles.bad : styles.warning,
		})),
		...(rest > 0 ? [{text: `${rest} other kinds (pane 4, Enter)`, style: styles.muted}] : []),
	];
}

function eventRows(
	events: BesideView['events'] | undefined,
	{service, now, width, height}: BesideRoom & {service: string; now: number},
	{styles, glyphs}: Look,
): DocumentLine[] {
	switch (events?.kind) {
		case undefined:
		case 'asking':
			return [{text: 'Asking the cluster…', style: styles.muted}];
		case 'not read':
			return wrapped(events.sentence, {width, height}, styles.muted, glyphs);
		case 'followed':
			break;
	}
	if (events.events.length === 0) return [{text: 'none in the last hour', style: styles.muted}];
	return events.events.slice(0, height).map(({isWarning, reason, message, about, count, last}) => {
		const words = [
			fitText(age(last, now) || '?', ageWidth, {align: 'right'}),
			isWarning ? glyphs.warning : glyphs.bullet,
			shortName(about, service),
			reason,
			...(count > 1 ? [`×${count}`] : []),
			steadyWidth(message),
		];
		return {
			text: cutText(words.join(' '), width, glyphs),
			...(isWarning && {style: styles.warning}),
		};
	});
}

/** `cart-00002-deployment-7d9…` is of the revision, whatever follows. */
function shortName(about: string, service: string): string {
	if (!about.startsWith(`${service}-`)) return about;
	const [number] = /^\d{5}(?!\d)/.exec(about.slice(service.length + 1)) ?? [];
	return number === undefined ? about : shortRevision(`${service}-${number}`, service);
}

function podWords({pods, pod}: NonNullable<BesideView['log']>): string {
	if (pod === undefined) return '';
	return pods.length > 1 ? ` · pod 1/${pods.length}` : ' · 1 pod';
}

/** The last lines: what is newest is at the bottom, as in a log. */
function logRows(
	{lines, phase, revision}: NonNullable<BesideView['log']>,
	{width, height}: BesideRoom,
	{styles, glyphs}: Look,
): DocumentLine[] {
	const rows = runsOf(lines, height).map(({text, times}) => {
		const often = times > 1 ? `  ×${times}` : '';
		return {text: `${cutText(steadyWidth(text), width - often.length, glyphs)}${often}`};
	});
	switch (phase.kind) {
		case 'looking':
		case 'opening':
			return rows.length > 0 ? rows : [{text: 'Asking for the log…', style: styles.muted}];
		case 'no pods':
			return [{text: `${revision} has no pods now.`, style: styles.muted}];
		case 'following':
			return rows.length > 0 ? rows : [{text: 'It has said nothing yet.', style: styles.muted}];
		case 'over':
		case 'refused':
			return [
				...rows,
				...wrapped(phase.sentence, {width, height: Math.min(2, height)}, styles.muted, glyphs),
			].slice(-height);
	}
}

/** What is said over and over is one line with its count: the last so many of them, oldest first. */
function runsOf(lines: readonly string[], most: number): {text: string; times: number}[] {
	const runs: {text: string; times: number}[] = [];
	for (const text of lines.toReversed()) {
		const last = runs.at(-1);
		if (last?.text === text) last.times++;
		else if (runs.length === most) break;
		else runs.push({text, times: 1});
	}
	return runs.toReversed();
}

function wrapped(
	text: string,
	{width, height}: BesideRoom,
	style: DocumentLine['style'],
	glyphs: Look['glyphs'],
): DocumentLine[] {
	const rows = wrapLine({text}, width);
	const last = cutText(rows.slice(height - 1).join(' '), width, glyphs);
	return [...rows.slice(0, height - 1), ...(last === '' ? [] : [last])].map(row => ({text: row, style}));
}
