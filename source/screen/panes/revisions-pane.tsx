/** Pane 2: the revisions of the selected service, newest first. */
import {titleOf} from './pane-table.js';
import {Text} from 'ink';
import {useShallow} from 'zustand/react/shallow';
import {
	knownRevisions,
	revisionRows,
	selectedRevisionIndex,
	selectedService,
	domainsOf,
	whyNoParts,
	type RevisionRow,
} from '../../console/state/read.js';
import {isAcross} from '../../console/state/scope.js';
import {keyOf} from '../../console/tables/object-name.js';
import {isGone} from '../../console/state/selection.js';
import {rejectionOf} from '../../knative/release/evidence/facts.js';
import type {Release} from '../../knative/release/release.js';
import type {ConsoleState} from '../../console/state/state.js';
import {roleOf, type RevisionMarks} from './revision-marks.js';
import {troubleLinesOf, type TroubleLines} from './trouble-lines.js';
import {useRelease} from './use-release.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {conditionTrouble} from '../../knative/revision/trouble.js';
import type {DomainMapping} from '../../knative/service/domain-mapping.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Theme} from '../../terminal/output/theme.js';
import type {Size} from '../layout.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {Frame} from '../widgets/frame.js';
import type {TableCell} from '../widgets/table/table-text.js';
import {Table} from '../widgets/table/table.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';
import {useNow} from '../use-now.js';
import {age, envValue, shortImage, shortRevision} from '../format.js';

const columns = [
	{title: '', priority: 0},
	{title: 'REVISION', priority: 0, min: 8, isName: true, cut: 'start'},
	{title: 'SHARE', priority: 1, align: 'right'},
	{title: 'ROLE', priority: 3, min: 6, max: 20, usual: 6},
	{title: 'STATE', priority: 2, usual: 8},
	{title: 'PODS', priority: 4, align: 'right', usual: 4},
	{title: 'ERR', priority: 4, align: 'right', usual: 4},
	{title: 'AGE', priority: 5, align: 'right', usual: 4},
	{title: 'IMAGE', priority: 6, max: 40, cut: 'start', usual: 24},
	{title: 'ENVIRONMENT', priority: 7, isFlexible: true, min: 16},
] as const;

/** Where users ask for it: its own URL, and hosts that DomainMappings lead to it from. */
function urlsOf({url}: ServiceView, domains: readonly DomainMapping[]): string {
	const hosts = domains.map(({host, ready}) => (ready ? host : `${host} (not ready)`));
	return [...(url === undefined ? [] : [url]), ...hosts].join(', ');
}

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
		useShallow(state => ({focus: state.focus, missing: whyNoParts(state)})),
	);
	const domains = useConsoleState(useShallow(state => (service ? domainsOf(state, service) : [])));
	const isAll = useConsoleState(isAcross);
	const size = frameContentSize(width, height);
	const told = useRelease(service);
	const failing = useConsoleState(useShallow(state => failureShares(state, service)));
	const trouble = useConsoleState(state => troubleLinesOf(state, size, theme.glyphs), sameLines);
	const said = [
		...(trouble?.what ?? []).map(text => ({text, style: theme.styles.bad})),
		...(trouble?.todo === undefined ? [] : [{text: trouble.todo, style: theme.styles.warning}]),
	];
	const sick = useConsoleState(useShallow(({trouble: word}) => ({uid: word?.revision, word: word?.word})));
	return (
		<Frame
			width={width}
			height={height}
			title={
				service ? `${titleOf('revisions')} of ${isAll ? keyOf(service) : service.name}` : titleOf('revisions')
			}
			aside={service && urlsOf(service, domains)}
			isFocused={focus === 'revisions'}
		>
			<Table
				columns={columns}
				columnGap={width < roomy ? 1 : 2}
				rows={
					service && told
						? revisions.map(revision =>
								row(revision, service, {...told, failing, theme, now, sick, isUncovered}),
							)
						: []
				}
				selected={selected}
				width={size.width}
				height={size.height - said.length}
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
			{said.map(line => (
				<Text key={line.text} wrap="truncate" {...line.style}>
					{line.text}
				</Text>
			))}
		</Frame>
	);
}

const sameLines = (one: TroubleLines | undefined, other: TroubleLines | undefined) =>
	one?.todo === other?.todo && one?.what.join('\n') === other?.what.join('\n');

/** From this width on there is room for two blanks between columns. */
const roomy = 60;

/**
 * How many requests of each revision fail, where it is certain whose failures they are: of those that were sent to its tag,
 * else of those of users. `22 %`, by name; more than nothing is 1 % at least.
 */
function failureShares(
	{live, users}: ConsoleState,
	service: ServiceView | undefined,
): Readonly<Record<string, string>> {
	if (!service) return {};
	const counted = users?.uid === service.uid ? users.snapshot.view.sinceSplit.rows : [];
	const comparison = live?.uid === service.uid ? live.snapshot.comparison : undefined;
	const asked = comparison ? [comparison.fresh, comparison.old] : [];
	const known = [
		...counted.map(({revision, requests, failed}) => ({revision, of: requests, failed})),
		...asked.map(side => ({revision: side.revision, of: side.asked, failed: side.failed})),
	];
	return Object.fromEntries(
		known
			.filter(({of}) => of > 0)
			.map(({revision, of, failed}) => [
				revision,
				failed === 0 ? '0 %' : `${Math.max(1, Math.round((failed / of) * 100))} %`,
			]),
	);
}

type Sick = {uid: string | undefined; word: string | undefined};

function row(
	revision: RevisionRow,
	service: ServiceView,
	{
		release,
		marks,
		failing,
		theme,
		now,
		sick,
		isUncovered,
	}: {
		release: Release;
		marks: RevisionMarks;
		failing: Readonly<Record<string, string>>;
		theme: Theme;
		now: number;
		sick: Sick;
		isUncovered: boolean;
	},
) {
	if (isGone(revision)) {
		const {glyphs, styles} = theme;
		return {
			key: revision.uid,
			cells: [
				'',
				{text: shortRevision(revision.name, service.name), style: styles.muted},
				'',
				'',
				{text: `${glyphs.bad} ${revision.fate}`, style: styles.muted},
			],
		};
	}
	const entries = service.statusTraffic.filter(({revision: name}) => name === revision.name);
	const percent = entries.reduce((sum, entry) => sum + entry.percent, 0);
	const role = roleOf(revision.name, release);
	const tags = entries.flatMap(({tag}) => tag ?? []).filter(tag => tag !== role);
	const mark = marks.get(revision.name);
	const failed = failing[revision.name] ?? '';
	return {
		key: revision.name,
		cells: [
			mark ? {text: mark.fill, style: mark.style} : '',
			shortRevision(revision.name, service.name),
			entries.length === 0 ? '' : `${percent} %`,
			[...(role === undefined ? [] : [role]), ...tags].join(', '),
			stateCell(revision, theme, {
				isRejected: rejectionOf({service, revisions: [revision]}, revision.name) !== undefined,
				sickness: revision.uid === sick.uid ? sick.word : undefined,
			}),
			pods(revision),
			failed === '' || failed === '0 %' ? failed : {text: failed, style: theme.styles.bad},
			age(revision.createdAt, now),
			shortImage(revision.image),
			revision.env.map(entry => `${entry.name}=${envValue(entry, isUncovered)}`).join(' '),
		],
	};
}

/** Ready and wanted ones; how many are wanted is not known at first, and is not said then. */
function pods({actualReplicas, desiredReplicas}: RevisionView): string {
	if (actualReplicas === undefined && desiredReplicas === undefined) return '';
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
