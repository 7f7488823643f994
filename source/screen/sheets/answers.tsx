/** What each row of the live pane says at length, and how it is known whose it is. */
import {selectedService} from '../../store/read.js';
import type {LoopSnapshot, Row} from '../../store/state.js';
import type {Theme} from '../../terminal/theme.js';
import type {Size} from '../layout.js';
import {answerOf, whose} from '../panes/live-table.js';
import {steadyWidth} from '../parts/steady-width.js';
import {useTheme} from '../parts/theme-context.js';
import {useConsoleState} from '../use-console.js';
import {count} from '../words.js';
import {Document, type Line} from './document.js';

export function Answers({isActive, ...size}: Size & {isActive: boolean}) {
	const theme = useTheme();
	const service = useConsoleState(selectedService);
	const snapshot = useConsoleState(state => state.live?.snapshot);
	const name = service?.name ?? '';
	const lines = snapshot ? linesOf(snapshot, name, theme) : [];
	return (
		<Document
			{...size}
			title={`What ${name} answers`}
			lines={lines.length > 0 ? lines : [{text: 'No answer yet.', style: theme.styles.muted}]}
			context="viewer"
			isActive={isActive}
		/>
	);
}

function linesOf({rows, tags}: LoopSnapshot, service: string, {styles}: Theme): Line[] {
	const problems = tags.flatMap(({tag, revision, problem}): Line[] =>
		problem === undefined
			? []
			: [
					{
						text: `Nothing could be learned from the tag ${tag} of ${revision}: ${problem}`,
						style: styles.warning,
						indent: 2,
					},
				],
	);
	return [
		...rows.flatMap((row): Line[] => [
			{
				text: `${whose(row, service)}  ${count(row.n, 'answer')}, ${count(row.errors, 'error')}`,
				style: styles.key,
			},
			{text: `${answerOf(row)}  (${learnedOf(row)})`, style: styles.muted, indent: 2},
			...steadyWidth(row.sample)
				.replace(/\n$/, '')
				.split('\n')
				.map(text => ({text: `  ${text}`, indent: 2})),
			{text: ''},
		]),
		...problems,
	];
}

/** Why these answers are said to be whose they are. */
function learnedOf({attribution, learned, candidates}: Row): string {
	switch (attribution) {
		case 'revision':
			return learned === 'tag' ? 'learned at its tag' : 'learned while it alone had the traffic';
		case 'silent':
			return 'has not answered here yet';
		case 'indistinguishable':
			return `${candidates.join(' and ')} say the same at their tags: from outside they cannot be told apart`;
		case 'contradictory':
			return `${candidates.join(' and ')} were both heard to say this`;
		case 'unknown':
			return 'no revision was heard to say this: counted, and attributed to none';
	}
}
