/** What the review sheet says, line by line. Pure. */
import {copiedLines, coveredLine, isGuarded} from '../../../knative/commands/commands.js';
import type {ReviewSheet, Wake} from '../../../console/sheets/sheets.js';
import {toldAbout, type Plan} from '../../../release/plan.js';
import type {Look, Theme} from '../../../terminal/output/theme.js';
import {fitText, widthOf} from '../../widgets/table/fit-text.js';
import {tellApart} from '../../widgets/table/tell-apart.js';
import {allMarks, marksOf, type RevisionMark, type RevisionMarks} from '../../release/revision-marks.js';
import {splitPicture} from './split-picture.js';
import {clock, shortRevision} from '../../format.js';
import type {DocumentLine} from '../../widgets/document.js';

/** Columns below which a bar takes several rows. */
const tinyWidth = 40;

/** Rows below which no row is left empty above what differs. */
const lowHeight = 24;

/**
 * What matters first: on a small window the rest is below the fold.
 * @param isRead Whether what is essential has been on the screen: before that Enter only shows more.
 * @param lost Why nothing can be agreed to any more, as a sentence.
 * @param misled Why no command line is shown, as a sentence.
 * @param since Of what the panes show, when it is old: milliseconds since 1970.
 */
export function reviewLines(
	sheet: ReviewSheet,
	look: Look,
	{
		isRead = true,
		since,
		lost,
		misled,
		isUncovered = false,
		marks = new Map(),
		where,
		width = Number.POSITIVE_INFINITY,
		height = Number.POSITIVE_INFINITY,
	}: {
		isRead?: boolean;
		since?: number | undefined;
		lost?: string | undefined;
		misled?: string | undefined;
		isUncovered?: boolean;
		/** By what the panes tell the revisions apart. */
		marks?: RevisionMarks;
		/** Context and namespace, where the border has no room for them. */
		where?: string | undefined;
		/** Columns and rows that there are. */
		width?: number;
		height?: number;
	} = {},
): DocumentLine[] {
	const {plan, dryRun, wake, phase} = sheet;
	const {styles, glyphs} = look;
	const isOpen = phase.kind === 'open' || phase.kind === 'armed';
	const lines: DocumentLine[] =
		lost !== undefined && isOpen ? lostLines(lost, look) : phaseLines(sheet, look, {isRead, since});
	const say = (text: string, style?: DocumentLine['style'], indent = 2) => lines.push({text, style, indent});
	// In a tiny window what Enter does comes first, and then what changes: nobody gets to them past a long name.
	const isTiny = width < tinyWidth;
	const isLow = height < lowHeight;
	const place: DocumentLine = {text: where ?? '', style: styles.key, indent: 2};
	if (where !== undefined && !isTiny) lines.unshift(place);
	// Of what was tried on another ground nothing is said, nor once it is known what came of it. On the first screen: whoever
	// agrees need not scroll for it.
	if (lost === undefined && (isOpen || phase.kind === 'sending')) say(...dryRunLine(dryRun, look));
	if (plan.warnings.length === 0 || !isLow) say('');
	// Warnings before the table: whoever presses Enter has to have had them before the eyes at 80x24.
	for (const {sentence, keys} of ownersInOne(plan.warnings)) {
		const text = [glyphs.warning, sentence, ...(keys === undefined ? [] : [keys])].join(' ');
		lines.push({text, style: styles.warning, indent: 2, isEssential: true});
	}
	if (wake) lines.push(...wakeLines(wake, look));
	// Beneath warnings that are long the evidence would be below the fold of a low window.
	if (plan.warnings.length > 0 && !isLow) say('');
	// Where nothing can be drawn but ASCII, the mark of a selection is, too.
	const drawing = {
		isAscii: glyphs.selected === '>',
		marks: marksOf(plan.rows, allMarks({styles, glyphs}), marks),
	};
	for (const pieces of splitPicture(plan, {...drawing, width: width - 2})) {
		lines.push({text: pieces.map(({text}) => text).join(''), pieces, hard: true, indent: 2});
	}
	for (const {mark, text, changed} of rowLines(plan, glyphs, {...drawing, width})) {
		const style = changed ? styles.draft : styles.muted;
		const pieces = [
			{text: mark.fill, style: mark.style},
			{text, style},
		];
		lines.push({text: `${mark.fill}${text}`, pieces, style, isEssential: true});
	}
	if (where !== undefined && isTiny) lines.push(place);
	if (plan.rows.length > 0) say('');
	const about = toldAbout(plan);
	const aboutWidth = Math.max(0, ...about.map(({label}) => widthOf(label)));
	for (const {label, value, isBad = false} of about) {
		lines.push({
			text: `${fitText(label, aboutWidth)}  ${isBad ? `${glyphs.bad} ` : ''}${value}`,
			indent: aboutWidth + 2,
			...(isBad && {style: styles.bad}),
		});
	}
	if (about.length > 0) say('');
	const labelWidth = Math.max(0, ...plan.facts.map(({label}) => widthOf(label)));
	for (const {label, value: covered, uncovered} of plan.facts) {
		const value = isUncovered ? (uncovered ?? covered) : covered;
		lines.push({
			text: `${fitText(label, labelWidth)}  ${value}`,
			indent: labelWidth + 2,
			isEssential: true,
		});
	}
	if (plan.facts.length > 0) say('');
	if (plan.promotion && isOpen) lines.push(wayBackLine(plan.promotion), {text: ''});
	for (const note of plan.notes) say(`${glyphs.bullet} ${note}`);
	if (plan.notes.length > 0) say('');
	if (misled !== undefined) {
		say(misled, styles.muted);
		return lines;
	}
	const copied = copiedLines(plan.commands);
	for (const command of plan.commands) {
		const guard = isGuarded(command) ? '' : ', unguarded: it writes over what was changed since';
		const isOne = copied === command;
		const isPart = !isOne && copied.split(' &&\n').includes(command);
		const keys = isOne
			? ' (ctrl-y copies it)'
			: isPart
				? ' (ctrl-y copies both: the second follows only if the first is done)'
				: '';
		say(`Equivalent command${guard}${keys}:`, styles.muted);
		lines.push({text: isUncovered ? command : coveredLine(command), hard: true, style: styles.muted});
	}
	return lines;
}

/** Of several tools that write the same service one sentence: what differs is to stay above the fold. */
function ownersInOne(
	warnings: Plan['warnings'],
): readonly Pick<Plan['warnings'][number], 'sentence' | 'keys'>[] {
	const owners = warnings.flatMap(({kind, owner}) => (kind === 'owner' && owner !== undefined ? owner : []));
	if (owners.length < 2) return warnings;
	const all = `${owners.slice(0, -1).join(', ')} and ${owners.at(-1) ?? ''}`;
	const sentence = `${all} manage this service and may put their own split back.`;
	const at = warnings.findIndex(({kind}) => kind === 'owner');
	return warnings.flatMap((warning, index) =>
		warning.kind === 'owner' ? (index === at ? {sentence} : []) : warning,
	);
}

/** What comes from a form, which is still beneath the review. */
const typed: ReadonlySet<Plan['action']> = new Set([
	'create service',
	'create revision',
	'autoscaling',
	'tag',
]);
const backToTyped = 'Esc goes back to what you typed; it is all still there.';

function phaseLines(
	{phase, confirmation, because, word, dryRun, isDisarmed, plan}: ReviewSheet,
	{styles, glyphs}: Look,
	{isRead, since}: {isRead: boolean; since: number | undefined},
): DocumentLine[] {
	switch (phase.kind) {
		case 'open': {
			if (!isRead) {
				return [{text: 'Enter shows the rest first; Esc goes back.', style: styles.key, indent: 2}];
			}
			if (dryRun.kind === 'refused') {
				const text = `${glyphs.bad} Nothing sent: the server would refuse this. Esc goes back.`;
				return [{text, style: styles.bad, indent: 2}];
			}
			if (isDisarmed) {
				const text = `${glyphs.warning} That key means nothing here. Enter asks again, Esc cancels.`;
				return [{text, style: styles.warning, indent: 2}];
			}
			const how = {
				enter: 'Enter applies, Esc cancels.',
				twice: `Enter twice applies, because ${because}; Esc cancels.`,
				word: `Type ${word} below, then Enter applies, because ${because}; Esc cancels.`,
			}[confirmation];
			if (phase.after !== undefined) {
				const text = `${glyphs.warning} ${phase.after} ${how.replace('applies', 'sends it again')}`;
				return [{text, style: styles.warning, indent: 2}];
			}
			return [{text: `Nothing sent yet. ${how}`, style: styles.key, indent: 2}];
		}
		case 'armed':
			return [
				{
					text: `${glyphs.warning} Really? Enter once more applies it, although ${because}. Esc cancels.`,
					style: styles.bad,
					indent: 2,
				},
			];
		case 'sending':
			return [{text: 'Sending…', style: styles.waiting}];
		case 'refused':
			return [
				{text: `${glyphs.bad} ${phase.sentence}`, style: styles.bad, indent: 2},
				{text: typed.has(plan.action) ? backToTyped : 'Esc goes back.', style: styles.muted},
			];
		case 'altered':
			return [
				{text: `${glyphs.bad} ${phase.sentence}`, style: styles.bad, indent: 2},
				{
					text: 'It is in the history. Esc goes back; u puts back what was there before.',
					style: styles.muted,
				},
			];
		case 'unknown':
			return [
				{text: `${glyphs.warning} ${phase.sentence}`, style: styles.bad, indent: 2},
				{text: whereToLook(since), style: styles.muted, indent: 2},
			];
		case 'conflict':
			return [{text: `${glyphs.bad} ${phase.sentence}`, style: styles.bad, indent: 2}];
	}
}

function lostLines(sentence: string, {styles, glyphs}: Look): DocumentLine[] {
	return [
		{text: `${glyphs.warning} ${sentence}`, style: styles.warning, indent: 2},
		{
			text: 'Nothing was sent, and nothing of this can be sent as things are. Esc goes back.',
			style: styles.key,
		},
	];
}

/** What is shown may be from before the write, and be all that there is for a while. */
function whereToLook(since: number | undefined): string {
	return since === undefined
		? 'Esc goes back; the panes show what the cluster has, and what becomes of this.'
		: `Esc goes back; the panes show what the cluster had at ${clock(since)}, and whether it was done only when it answers again.`;
}

function wayBackLine({wayBack, keepsPrevious}: NonNullable<Plan['promotion']>): DocumentLine {
	return {
		text: keepsPrevious
			? `Way back: ${wayBack} stays at 0 % (ctrl-p removes it)`
			: `No way back in the split: ${wayBack} is removed (ctrl-p keeps it at 0 %)`,
		indent: 2,
	};
}

function wakeLines(wake: Wake, {styles, glyphs}: Look): DocumentLine[] {
	switch (wake.kind) {
		case 'offered':
			return [
				{
					text: `  ctrl-t wakes ${wake.revisions.join(', ')} first: one request to its tag URL, which no user sees.`,
					style: styles.key,
					indent: 2,
				},
			];
		case 'asking':
			return [{text: `  Waking ${wake.revisions.join(', ')}…`, style: styles.waiting, indent: 2}];
		case 'told':
			return wake.sentences.map(({isGood, text}) => ({
				text: `${isGood ? glyphs.ok : glyphs.bad} ${text}`,
				style: isGood ? styles.ok : styles.bad,
				indent: 2,
			}));
	}
}

function dryRunLine(dryRun: ReviewSheet['dryRun'], {styles, glyphs}: Look): [string, DocumentLine['style']] {
	switch (dryRun.kind) {
		case 'asking':
			return [`${glyphs.waiting} Asking the server for a dry run; you need not wait.`, styles.muted];
		case 'accepted':
			return dryRun.missed === undefined
				? [`${glyphs.ok} Dry run: the server would accept it.`, styles.ok]
				: [`${glyphs.warning} Dry run: the server would accept it. ${dryRun.missed}`, styles.warning];
		case 'altered':
			return [
				`${glyphs.warning} Dry run: the server would store something else: ${dryRun.sentence}`,
				styles.warning,
			];
		case 'refused':
			return [`${glyphs.bad} Dry run: the server would refuse it. ${dryRun.sentence}`, styles.bad];
		case 'not logged in':
			return [`${glyphs.bad} Dry run: you are not logged in. ${dryRun.sentence}`, styles.bad];
		case 'unknown':
			return [`${glyphs.warning} Dry run failed: ${dryRun.sentence}`, styles.warning];
	}
}

/** Columns of a name in a row, however narrow the window. */
const shortestLabel = 12;

function rowLines(
	{rows, name, action}: Plan,
	{arrow, ellipsis}: Theme['glyphs'],
	{marks, width}: {marks: readonly RevisionMark[]; width: number},
): {mark: RevisionMark; text: string; changed: boolean}[] {
	const whole = rows.map(row => {
		const revision = row.revision === undefined ? undefined : shortRevision(row.revision, name);
		if (!row.latest) return revision ?? row.key;
		if (action === 'create revision' || action === 'autoscaling') return 'the new revision (latest)';
		return `latest (${revision ?? 'none ready'})`;
	});
	const tags = rows.map(row => tagWords(row));
	const tagWidth = Math.max(0, ...tags.map(words => widthOf(words)));
	const removed = 'removed';
	const afterWidth = rows.some(row => row.after === undefined) ? removed.length : 5;
	// Glyph, blanks, the share before and the arrow are 14 columns. A row in two is worse than a name that is cut.
	const room = Math.max(shortestLabel, width - tagWidth - afterWidth - 14);
	const labels = Number.isFinite(room) ? tellApart(whole, room, {ellipsis}) : whole;
	const labelWidth = Math.max(0, ...labels.map(label => widthOf(label)));
	return rows.map((row, index) => {
		const before = row.before === undefined ? '–' : `${row.before} %`;
		const after = row.after === undefined ? removed : `${row.after} %`;
		return {
			mark: marks[index] ?? {fill: '', style: {}},
			text: ` ${fitText(labels[index] ?? '', labelWidth)}  ${fitText(tags[index] ?? '', tagWidth)}  ${fitText(before, 5, {align: 'right'})} ${arrow} ${fitText(after, afterWidth, {align: 'right'})}`,
			changed: row.changed,
		};
	});
}

/** The tags as they are to be; with a sign what comes, and what goes. Of a row that comes all is new. */
function tagWords({tags, tagsBefore, before, after}: Plan['rows'][number]): string {
	if (after === undefined) return tagsBefore.join(', ');
	const gone = tagsBefore.filter(tag => !tags.includes(tag)).map(tag => `-${tag}`);
	return [
		...tags.map(tag => (before !== undefined && !tagsBefore.includes(tag) ? `+${tag}` : tag)),
		...gone,
	].join(', ');
}
