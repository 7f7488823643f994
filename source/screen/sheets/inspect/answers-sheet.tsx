/** What each row of the live pane says at length, and how it is known whose it is. */
import {pairOf} from '../../../console/live/compared-pair.js';
import {revisionsOf, selectedService} from '../../../console/state/read.js';
import type {RequestOptions, LoopSnapshot, Row} from '../../../console/state/state.js';
import {lateRefusal} from '../../../knative/release/late-refusal.js';
import type {RevisionView} from '../../../knative/revision/revision.js';
import type {ServiceView} from '../../../knative/service/service.js';
import {askedBy} from '../../../knative/commands/identify-revisions.js';
import type {Theme} from '../../../terminal/output/theme.js';
import type {Size} from '../../layout.js';
import {answerOf, whose} from '../../live/live-table.js';
import {comparisonLine, splitLine} from '../../live/live-verdicts.js';
import {steadyWidth} from '../../widgets/steady-width.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useConsoleState} from '../../use-console.js';
import {count} from '../../format.js';
import {Document, type DocumentLine} from './document.js';

export function Answers({isActive, ...size}: Size & {isActive: boolean}) {
	const theme = useTheme();
	const service = useConsoleState(selectedService);
	const live = useConsoleState(state => state.live);
	const asking = useConsoleState(state => state.asking);
	const revisions = useConsoleState(state => service && revisionsOf(state, service.name));
	const name = service?.name ?? '';
	const snapshot = live?.uid === service?.uid ? live?.snapshot : undefined;
	const lines =
		service && snapshot && snapshot.rows.length > 0
			? [
					...verdictLines(snapshot, {service, revisions: revisions ?? [], asking}, theme),
					...linesOf(snapshot, name, theme),
				]
			: [];
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

/** What the pane says in a line each, whole. */
function verdictLines(
	snapshot: LoopSnapshot,
	{
		service,
		revisions,
		asking,
	}: {service: ServiceView; revisions: readonly RevisionView[]; asking: Pick<RequestOptions, 'grpcCall'>},
	{styles, glyphs}: Theme,
): DocumentLine[] {
	const split = splitLine(snapshot.verdict, {
		settling: snapshot.settling,
		isRefused: lateRefusal(service) !== undefined,
		rows: snapshot.rows,
		askedBy: askedBy(service.summary.protocol, asking.grpcCall),
	});
	const looks = {
		good: {glyph: glyphs.ok, style: styles.ok},
		waiting: {glyph: glyphs.waiting, style: styles.muted},
		bad: {glyph: glyphs.bad, style: styles.bad},
		warning: {glyph: glyphs.warning, style: styles.warning},
	};
	return [
		...[split, comparisonLine(snapshot, pairOf(service, revisions))].map(
			({tone, sentence, more = sentence}): DocumentLine => ({
				text: `${looks[tone].glyph} ${more}`,
				style: looks[tone].style,
				indent: 2,
			}),
		),
		{text: ''},
	];
}

function linesOf({rows, tags}: LoopSnapshot, service: string, {styles}: Theme): DocumentLine[] {
	const problems = tags.flatMap(({tag, revision, problem}): DocumentLine[] =>
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
		...rows.flatMap((row): DocumentLine[] => [
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
