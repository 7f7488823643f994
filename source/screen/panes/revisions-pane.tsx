/** Pane 2: the revisions of the selected service: those of the split in its order, then the others, newest first. */
import {titleOf} from './pane-table.js';
import {Text} from 'ink';
import {useMemo} from 'react';
import {
	focusedPane,
	knownRevisions,
	revisionRows,
	selectedRevision,
	selectedRevisionIndex,
	selectedService,
	domainsOf,
	whyNoParts,
	type RevisionRow,
} from '../../console/state/read.js';
import {isAcross} from '../../console/state/scope.js';
import {keyOf} from '../../console/tables/object-name.js';
import {isGone} from '../../console/state/selection.js';
import {rejectionOf} from '../../knative/release/evidence/release-facts.js';
import type {Release} from '../../knative/release/release.js';
import {partOf, partText, roleWidth, type ReleasePart} from '../release/release-part.js';
import type {RevisionMarks} from '../release/revision-marks.js';
import {troubleLinesOf, type TroubleLines} from './trouble-lines.js';
import {useRelease} from '../release/use-release.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {conditionTrouble} from '../../knative/revision/revision-trouble.js';
import type {DomainMapping} from '../../knative/service/domain-mapping.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Theme} from '../../terminal/output/theme.js';
import type {Size} from '../layout.js';
import {useNamedTitle} from '../named-title.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import type {Column} from '../widgets/table/columns.js';
import {widthOf} from '../widgets/table/fit-text.js';
import type {TableCell} from '../widgets/table/table-text.js';
import {Table} from '../widgets/table/table.js';
import {useTheme} from '../widgets/theme-context.js';
import {sameParts, useConsoleState} from '../use-console.js';
import {useNow} from '../use-now.js';
import {ageInList, envValue, shortImage, shortRevision} from '../format.js';
import {failuresOf, isOld, measuredOf, type FailuresMeasured, type Measured} from './measured.js';
import {aroundTexts} from '../widgets/document.js';
import {differenceLines} from './difference-lines.js';
import {revisionFacts} from './fact-lines.js';

const roleTitle = 'ROLE';
const nameTitle = 'REVISION';
/** Columns of the pane beneath which no title may cost more than what stands under it: pods would have no room for it. */
const narrow = 56;

const columns: readonly Column[] = [
	{title: '', priority: 0},
	{title: nameTitle, priority: 0, min: 8, isName: true, cut: 'start'},
	{title: 'SHARE', priority: 1, align: 'right'},
	{title: 'GOT', priority: 5, align: 'right', least: 4},
	{title: roleTitle, priority: 3, max: 28, usual: 6},
	{title: 'STATE', priority: 1, usual: 8},
	{title: 'PODS', priority: 4, align: 'right', usual: 4},
	{title: 'ERR', priority: 2, align: 'right', least: 4},
	{title: 'P95', priority: 6, align: 'right', least: 6},
	{title: 'AGE', priority: 7, align: 'right', usual: 4},
	{title: 'IMAGE', priority: 8, max: 40, cut: 'start', usual: 24},
	{title: 'ENVIRONMENT', priority: 9, isFlexible: true, min: 16},
];

/**
 * Tags give way to what the pods and the errors of a revision are; what it is in the release is never cut.
 * @param longest Columns of the longest role.
 */
function columnsFor(longest: number, width: number): readonly Column[] {
	return columns.map(column => {
		if (column.title === roleTitle) return {...column, min: Math.max(6, longest)};
		return column.title === nameTitle && width < narrow ? {...column, title: 'REV', min: 6} : column;
	});
}

function partIn({name}: RevisionRow, {statusTraffic}: ServiceView, release: Release): ReleasePart {
	const tags = statusTraffic.flatMap(({revision, tag}) => (revision === name ? (tag ?? []) : []));
	return partOf(name, tags, release);
}

/** Where users ask for it: its own URL, and hosts that DomainMappings lead to it from. */
function urlsOf({url}: ServiceView, domains: readonly DomainMapping[], room: number): string {
	const hosts = domains.map(({host, ready}) => (ready ? host : `${host} (not ready)`));
	const all = [...(url === undefined ? [] : [url]), ...hosts];
	// As many as fit: a border has no line that is too long for it.
	for (let shown = all.length; shown > 0; shown--) {
		const rest = all.length - shown;
		const text = [...all.slice(0, shown), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
		if (widthOf(text) <= room) return text;
	}
	return '';
}

/** Decides between the list, the reason why there is none, and a list that is not complete yet. */
export function RevisionsPane({width, height}: Size) {
	const theme = useTheme();
	const now = useNow();
	const service = useConsoleState(selectedService);
	const isUncovered = useConsoleState(state => state.isUncovered);
	const revisions = useConsoleState(revisionRows);
	const mayNotList = useConsoleState(
		({feeds: {revisions: feed}}) => feed.kind === 'forbidden' && feed.status === 403,
	);
	const isKnown = useConsoleState(state => service && knownRevisions(state, service) !== undefined);
	const selected = useConsoleState(selectedRevisionIndex);
	const {focus, missing} = useConsoleState(
		state => ({focus: focusedPane(state), missing: whyNoParts(state)}),
		sameParts,
	);
	const domains = useConsoleState(state => (service ? domainsOf(state, service) : []), sameParts);
	const isAll = useConsoleState(isAcross);
	const title = useNamedTitle(
		`${titleOf('revisions')} of`,
		service ? (isAll ? keyOf(service) : service.name) : '',
		width,
	);
	const size = frameContentSize(width, height);
	const told = useRelease(service);
	const measured = useConsoleState(state => measuredOf(state, service), sameParts);
	const trouble = useConsoleState(state => troubleLinesOf(state, size, theme.glyphs), sameLines);
	const wrong = [
		...(trouble?.what ?? []).map(text => ({text, style: theme.styles.bad})),
		...(trouble?.todo === undefined ? [] : [{text: trouble.todo, style: theme.styles.warning}]),
	];
	const left = size.height - 1 - revisions.length - wrong.length;
	const differing =
		told && service
			? differenceLines(service, revisions, {...told, room: left, width: size.width, theme})
			: [];
	const chosen = useConsoleState(selectedRevision);
	const facts =
		service && told && chosen
			? revisionFacts(
					chosen,
					{service, isUncovered},
					{width: size.width, rows: left - differing.length},
					theme,
				)
			: [];
	const said = [...wrong, ...differing, ...facts];
	const longestRole =
		service && told
			? revisions.reduce(
					(most, revision) => Math.max(most, roleWidth(partIn(revision, service, told.release))),
					0,
				)
			: 0;
	const shownColumns = useMemo(() => columnsFor(longestRole, width), [longestRole, width]);
	const sick = useConsoleState(({trouble: word}) => ({uid: word?.revision, word: word?.word}), sameParts);
	return (
		<Frame
			width={width}
			height={height}
			title={service ? title : titleOf('revisions')}
			aside={service && urlsOf(service, domains, width - widthOf(title) - aroundTexts)}
			isFocused={focus === 'revisions'}
		>
			<Table
				columns={shownColumns}
				columnGap={width < roomy ? 1 : 2}
				rows={
					service && told
						? revisions.map((revision, index) => ({
								// By their places: those of another service are changed to, not made again.
								key: String(index),
								cells: cellsOf(revision, service, {...told, measured, theme, now, sick, isUncovered}),
							}))
						: []
				}
				selected={selected}
				kept={revisions.findIndex(({name}) => name === told?.release.canary?.revision)}
				isFocused={focus === 'revisions'}
				width={size.width}
				height={Math.min(
					size.height - said.length,
					differing.length + facts.length > 0 ? revisions.length + 1 : size.height,
				)}
				empty={
					service
						? isKnown
							? 'No revision yet; the controller makes one in a moment.'
							: mayNotList
								? 'You may not list revisions here: it takes list and watch on revisions.serving.knative.dev.'
								: 'Its revisions are not known yet.'
						: missing
				}
			/>
			{said.map((line, index) => (
				<Text key={index} wrap="truncate" {...line.style}>
					{line.text}
				</Text>
			))}
		</Frame>
	);
}

const sameLines = (one: TroubleLines | undefined, other: TroubleLines | undefined) =>
	one?.todo === other?.todo && one?.what.join('\n') === other?.what.join('\n');

/** From this width on there is room for two blanks between columns. */
const roomy = 70;

type Sick = {uid: string | undefined; word: string | undefined};

function cellsOf(
	revision: RevisionRow,
	service: ServiceView,
	{
		release,
		marks,
		measured,
		theme,
		now,
		sick,
		isUncovered,
	}: {
		release: Release;
		marks: RevisionMarks;
		measured: Measured;
		theme: Theme;
		now: number;
		sick: Sick;
		isUncovered: boolean;
	},
): TableCell[] {
	if (isGone(revision)) {
		const {glyphs, styles} = theme;
		return [
			'',
			{text: shortRevision(revision.name, service.name), style: styles.muted},
			'',
			'',
			'',
			{text: `${glyphs.bad} ${revision.absence}`, style: styles.muted},
		];
	}
	const entries = service.statusTraffic.filter(({revision: name}) => name === revision.name);
	const percent = entries.reduce((sum, entry) => sum + entry.percent, 0);
	const mark = marks.get(revision.name);
	return [
		mark ? {text: mark.fill, style: mark.style} : '',
		shortRevision(revision.name, service.name),
		entries.length === 0 ? '' : `${percent} %`,
		measured[`got ${revision.name}`] ?? '',
		partText(partIn(revision, service, release)),
		stateCell(revision, theme, {
			isRejected: rejectionOf({service, revisions: [revision]}, revision.name) !== undefined,
			sickness: revision.uid === sick.uid ? sick.word : undefined,
		}),
		pods(revision, theme),
		failuresCell(failuresOf(measured, revision.name), theme),
		latencyCell(measured, revision.name, theme),
		ageInList(revision.createdAt, now),
		shortImage(revision.image),
		revision.env.map(entry => `${entry.name}=${envValue(entry, isUncovered)}`).join(' '),
	];
}

/** Red where it fails, a doubt where what fails may be another's, and dim where it was so before. */
function failuresCell(failures: FailuresMeasured | undefined, {styles}: Theme): TableCell {
	if (!failures) return '';
	if (failures.kind === 'unknown') return {text: '?', style: styles.warning};
	if (failures.isOld) return {text: failures.part, style: styles.muted};
	return failures.isNone ? failures.part : {text: failures.part, style: styles.bad};
}

/** Dim where it is of before. */
function latencyCell(measured: Measured, revision: string, {styles}: Theme): TableCell {
	const text = measured[`p95 ${revision}`] ?? '';
	return isOld(measured, 'p95', revision) ? {text, style: styles.muted} : text;
}

/** Ready and wanted ones, `1/2`; while it scales down `3→1`. How many are wanted is not known at first, and is not said then. */
function pods({actualReplicas, desiredReplicas}: RevisionView, {glyphs}: Theme): string {
	if (actualReplicas === undefined && desiredReplicas === undefined) return '';
	// One of none would be nonsense: some of them are on their way out.
	if ((actualReplicas ?? 0) > (desiredReplicas ?? Infinity)) {
		return `${actualReplicas}${glyphs.arrow}${desiredReplicas}`;
	}
	return `${actualReplicas ?? 0}/${desiredReplicas ?? '?'}`;
}

/** @param sickness What its pods say is wrong, in a word. */
function stateCell(
	revision: RevisionView,
	{glyphs, styles}: Theme,
	{isRejected, sickness}: {isRejected: boolean; sickness: string | undefined},
): TableCell {
	const {state} = revision;
	if (isRejected) return {text: `${glyphs.bad} Rejected`, style: styles.bad};
	const trouble = conditionTrouble(revision)?.word ?? sickness;
	if (trouble !== undefined && state.kind !== 'deleting') {
		return {text: `${glyphs.bad} ${trouble}`, style: styles.bad};
	}

	switch (state.kind) {
		case 'ready':
			return {text: `${glyphs.ready} ${state.word}`, style: styles.ok};
		case 'idle':
			return {text: `${glyphs.waiting} ${state.word}`, style: styles.muted};
		case 'waking':
		case 'deploying':
		case 'deleting':
			return {text: `${glyphs.waiting} ${state.word}`, style: styles.waiting};
		case 'failed':
			return {text: `${glyphs.bad} ${state.word}`, style: styles.bad};
	}
}
