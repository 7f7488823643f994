/** What the cluster had to say about an object and what belongs to it, the newest first. */
import {useMemo} from 'react';
import type {EventsSheet} from '../../../console/sheets/inspected.js';
import type {EventView} from '../../../knative/objects/event.js';
import type {Theme} from '../../../terminal/output/theme.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {fitText} from '../../widgets/table/fit-text.js';
import {steadyWidth} from '../../widgets/steady-width.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useNow} from '../../use-now.js';
import {age, count} from '../../format.js';
import {Document, type DocumentLine} from '../../widgets/document.js';

/** Columns of an age (`45m`, `6d`). */
const ageWidth = 5;

/** Says which part of them could not be read. */
export function Events({sheet, isActive, ...size}: Size & {sheet: EventsSheet; isActive: boolean}) {
	const theme = useTheme();
	const now = useNow();
	const {object, phase} = sheet;
	const title = useNamedTitle(`Events of ${object.kind}`, object.name, size.width);
	const lines = useMemo(() => linesOf(sheet, theme, now), [sheet, theme, now]);
	return (
		<Document
			{...size}
			title={title}
			aside={phase.kind === 'followed' ? count(phase.events.length, 'event') : undefined}
			lines={lines}
			context="viewer"
			isActive={isActive}
		/>
	);
}

function linesOf({object, phase}: EventsSheet, theme: Theme, now: number): DocumentLine[] {
	const {styles} = theme;
	if (phase.kind === 'asking') return [{text: 'Asking the cluster…', style: styles.waiting}];
	if (phase.kind === 'not read') return [{text: phase.sentence, style: styles.bad}];
	const problem: DocumentLine[] =
		phase.problem === undefined ? [] : [{text: phase.problem, style: styles.warning}, {text: ''}];
	if (phase.events.length === 0) {
		return [
			...problem,
			{text: `No events of ${object.name} and what belongs to it.`},
			{
				text: 'A cluster keeps an event for an hour, as a rule: nothing was said since then. New ones will be shown here.',
				style: styles.muted,
			},
		];
	}
	return [
		...problem,
		...phase.events.flatMap(event => eventLines(event, theme, now)),
		...(phase.isCut ? [{text: 'Older ones are left out.', style: styles.muted}] : []),
	];
}

function eventLines(
	{isWarning, reason, message, kind, about, count: times, last}: EventView,
	{styles, glyphs}: Theme,
	now: number,
): DocumentLine[] {
	const words = [
		isWarning ? `${glyphs.warning} Warning` : `${glyphs.bullet} Normal`,
		reason,
		`${kind} ${about}`,
		...(times > 1 ? [`×${times}`] : []),
	];
	return [
		{
			text: `${fitText(age(last, now) || '?', ageWidth)} ${words.join('  ')}`,
			style: isWarning ? styles.warning : styles.key,
			indent: ageWidth + 1,
		},
		{text: `${' '.repeat(ageWidth + 1)}${steadyWidth(message)}`, indent: ageWidth + 1},
	];
}
