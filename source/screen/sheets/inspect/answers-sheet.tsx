/** What each row of the live pane says at length, and how it is known whose it is. */
import {requestOptionsFor, whyNoTags} from '../../../console/live/request-target.js';
import {gatewayGuess, knowsTlsPort, revisionsOf, selectedService} from '../../../console/state/read.js';
import type {LoopSnapshot, Row} from '../../../console/state/state.js';
import type {Theme} from '../../../terminal/output/theme.js';
import type {Size} from '../../layout.js';
import {answerOf, whose} from '../../live/live-table.js';
import {failureText} from '../../live/failure-lines.js';
import {verdictContext, verdictLines} from '../../live/live-verdicts.js';
import {steadyWidth} from '../../widgets/steady-width.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useConsoleState} from '../../use-console.js';
import {count} from '../../format.js';
import {Document, type DocumentLine} from '../../widgets/document.js';

/** What the live pane has in a line each, whole: verdicts, failures of this split, and each answer with a sample. */
export function Answers({isActive, ...size}: Size & {isActive: boolean}) {
	const theme = useTheme();
	const service = useConsoleState(selectedService);
	const live = useConsoleState(state => state.live);
	const requestOptions = useConsoleState(state => requestOptionsFor(state, service?.uid));
	const revisions = useConsoleState(state => service && revisionsOf(state, service));
	const guess = useConsoleState(gatewayGuess);
	const tagsMissing = useConsoleState(state => service && whyNoTags(state, service));
	const knowsTls = useConsoleState(knowsTlsPort);
	const name = service?.name ?? '';
	const snapshot = live?.uid === service?.uid ? live?.snapshot : undefined;
	const lines =
		service && snapshot && snapshot.rows.length > 0
			? [
					...verdictTexts(
						snapshot,
						{service, revisions: revisions ?? [], requestOptions, guess, tagsMissing, knowsTls},
						theme,
					),
					...failureTexts(snapshot, name, theme),
					...linesOf(snapshot, name, theme),
				]
			: [];
	return (
		<Document
			{...size}
			title={`What ${name} answers`}
			lines={lines.length > 0 ? lines : [{text: 'No answers.', style: theme.styles.muted}]}
			context="viewer"
			isActive={isActive}
		/>
	);
}

/** What the pane says in a line each, whole. */
function verdictTexts(
	snapshot: LoopSnapshot,
	of: Parameters<typeof verdictContext>[1],
	{styles, glyphs}: Theme,
): DocumentLine[] {
	const lines = verdictLines(snapshot, verdictContext(snapshot, of));
	const looks = {
		good: {glyph: glyphs.ok, style: styles.ok},
		waiting: {glyph: glyphs.waiting, style: styles.muted},
		bad: {glyph: glyphs.bad, style: styles.bad},
		warning: {glyph: glyphs.warning, style: styles.warning},
	};
	return [
		...lines.map(
			({
				tone,
				sentence,
				remedy,
				more = remedy === undefined ? sentence : `${sentence} · ${remedy}`,
			}): DocumentLine => ({
				text: `${looks[tone].glyph} ${more}`,
				style: looks[tone].style,
				indent: 2,
			}),
		),
		{text: ''},
	];
}

/** All kinds of failure of this split, the newest first. */
function failureTexts({failures}: LoopSnapshot, service: string, {styles, glyphs}: Theme): DocumentLine[] {
	if (failures.length === 0) return [];
	return [
		{text: 'Failures of this split, newest first', style: styles.key},
		...failures.map((failure): DocumentLine => ({
			text: `${glyphs.bad} ${failureText(failure, service)}`,
			style: styles.warning,
			indent: 2,
		})),
		{text: ''},
	];
}

function linesOf({rows, tags}: LoopSnapshot, service: string, {styles}: Theme): DocumentLine[] {
	const problems = tags.flatMap(({tag, revision, problem}): DocumentLine[] =>
		problem === undefined
			? []
			: [
					{
						text: `The tag ${tag} of ${revision} teaches nothing: ${problem}`,
						style: styles.warning,
						indent: 2,
					},
				],
	);
	return [
		...rows.flatMap((row): DocumentLine[] => [
			{
				text: `${whose(row, service)}  ${count(row.n, 'answer')}, ${count(row.errors, 'failure')}`,
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
function learnedOf({attribution, learned, why, candidates, code}: Row): string {
	const names = candidates.join(' or ');
	if (attribution === 'revision') {
		return learned === 'tag' ? 'learned at its tag' : 'learned while it alone had the traffic';
	}
	if (attribution === 'silent') return 'no answers here yet';
	switch (why) {
		case 'alike':
			return `${candidates.join(' and ')} say the same at their tags: from outside they cannot be told apart`;
		case 'unheard':
			return `may be ${names}: not all of them could be asked on their own`;
		case 'no success':
			return code === undefined ? `may be ${names}` : `no success says whose it is: may be ${names}`;
		case 'any host':
			return `any host gets the same: may be ${names}, or the gateway's own`;
		case 'unknown':
		case undefined:
			return 'unknown body: counted, not attributed';
	}
}
