/** The review of a write: before → after, what the server says of it, what to mind, the command that does the same. */
import type {Theme} from '../../terminal/theme.js';
import type {Plan, ReviewSheet} from '../../store/sheets.js';
import type {Split} from '../../traffic/split.js';
import type {Size} from '../layout.js';
import {fitText, widthOf} from '../parts/fit-text.js';
import {useTheme} from '../parts/theme-context.js';
import {useActions, useConsole} from '../use-console.js';
import {shortRevision} from '../words.js';
import {Document, type Line} from './document.js';

const titles: Record<Plan['action'], string> = {
	split: 'Split the traffic of',
	complete: 'Complete the release of',
	'roll back': 'Roll back',
	undo: 'Undo the last split of',
	'create revision': 'Create a revision of',
	'create service': 'Create the service',
};

export function Review({
	sheet,
	isActive,
	copy,
	...size
}: Size & {sheet: ReviewSheet; isActive: boolean; copy: (text: string) => void}) {
	const theme = useTheme();
	const console = useConsole();
	const {plan} = sheet;
	useActions(
		'sheet',
		{
			confirm: () => void console.confirm(),
			copyCommand: () => copy(plan.commands.join('\n')),
		},
		{isActive},
	);
	return (
		<Document
			{...size}
			title={`${titles[plan.action]} ${plan.name}`}
			aside={`namespace ${plan.namespace}`}
			lines={reviewLines(sheet, theme)}
			context="sheet"
			isActive={isActive}
		/>
	);
}

/** What matters first: on a small window the rest is below the fold. */
export function reviewLines({plan, dryRun, phase}: ReviewSheet, {styles, glyphs}: Theme): Line[] {
	const lines: Line[] = [];
	const say = (text: string, style?: Line['style'], indent = 2) => lines.push({text, style, indent});
	switch (phase.kind) {
		case 'open':
			say('Enter does it, Esc goes back. Nothing has been sent.', styles.key);
			break;
		case 'sending':
			say('Sending…', styles.waiting);
			break;
		case 'refused':
			say(`${glyphs.bad} ${phase.sentence}`, styles.bad);
			say('Esc goes back to what you typed; it is all still there.', styles.muted);
			break;
		case 'conflict':
			say(`${glyphs.bad} ${phase.sentence}`, styles.bad);
			if (phase.theirs) say(`  Theirs now: ${splitWords(phase.theirs, plan.name)}`);
			say('Enter reviews yours on top of theirs; Esc goes back.', styles.key);
			break;
	}
	say('');
	for (const line of rowLines(plan, glyphs.arrow)) {
		lines.push({...line, style: line.changed ? styles.draft : styles.muted});
	}
	if (plan.rows.length > 0) say('');
	const labelWidth = Math.max(0, ...plan.facts.map(({label}) => widthOf(label)));
	for (const {label, value} of plan.facts) {
		say(`${fitText(label, labelWidth)}  ${value}`, undefined, labelWidth + 2);
	}
	if (plan.facts.length > 0) say('');
	for (const warning of plan.warnings) say(`${glyphs.warning} ${warning}`, styles.warning);
	for (const note of plan.notes) say(`${glyphs.bullet} ${note}`);
	if (plan.warnings.length + plan.notes.length > 0) say('');
	say(...dryRunLine(dryRun, {styles, glyphs}));
	say('');
	say('The same by command line (ctrl-y copies it):', styles.muted);
	for (const command of plan.commands) {
		lines.push({text: command, hard: true, style: styles.muted});
	}
	return lines;
}

function dryRunLine(
	dryRun: ReviewSheet['dryRun'],
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): [string, Line['style']] {
	switch (dryRun.kind) {
		case 'asking':
			return [`${glyphs.waiting} Asking the server for a dry run; you need not wait.`, styles.muted];
		case 'accepted':
			return [`${glyphs.ok} Dry run: the server would accept it.`, styles.ok];
		case 'refused':
			return [`${glyphs.bad} Dry run: the server would refuse it. ${dryRun.sentence}`, styles.bad];
		case 'unknown':
			return [`${glyphs.warning} Dry run: no answer. ${dryRun.sentence}`, styles.warning];
	}
}

function rowLines({rows, name, action}: Plan, arrow: string): (Line & {changed: boolean})[] {
	const labels = rows.map(row => {
		const revision = row.revision === undefined ? undefined : shortRevision(row.revision, name);
		if (!row.latest) return revision ?? row.key;
		if (action === 'create revision') return 'the new revision (latest)';
		return `latest (${revision ?? 'none ready'})`;
	});
	const labelWidth = Math.max(0, ...labels.map(label => widthOf(label)));
	const tagWidth = Math.max(0, ...rows.map(row => widthOf(row.tags.join(', '))));
	return rows.map((row, index) => {
		const before = row.before === undefined ? '–' : `${row.before} %`;
		const after = row.after === undefined ? 'taken out' : `${row.after} %`;
		const tags = fitText(row.tags.join(', '), tagWidth);
		return {
			text: `  ${fitText(labels[index] ?? '', labelWidth)}  ${tags}  ${fitText(before, 5, {align: 'right'})} ${arrow} ${fitText(after, 5, {align: 'right'})}`,
			changed: row.changed,
		};
	});
}

function splitWords(split: Split, name: string): string {
	return split.map(row => `${shortRevision(row.revision ?? row.key, name)} ${row.percent} %`).join(', ');
}
