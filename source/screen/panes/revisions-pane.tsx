/** Pane 2: the revisions of the selected service, newest first. */
import {useShallow} from 'zustand/react/shallow';
import {
	knownRevisions,
	revisionRows,
	selectedRevisionIndex,
	selectedService,
	whyNoService,
	type RevisionRow,
} from '../../console/state/read.js';
import {isGone} from '../../console/state/selection.js';
import type {RevisionView} from '../../knative/revision/revision.js';
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
import {age, shortImage, shortRevision} from '../format.js';

const columns = [
	{title: 'REVISION', priority: 0, min: 8, isName: true, cut: 'start'},
	{title: 'TRAFFIC', priority: 1, align: 'right'},
	{title: 'TAG', priority: 3, max: 20, usual: 6},
	{title: 'STATE', priority: 2, usual: 8},
	{title: 'PODS', priority: 4, align: 'right', usual: 5},
	{title: 'AGE', priority: 5, align: 'right', usual: 4},
	{title: 'IMAGE', priority: 6, max: 40, cut: 'start', usual: 24},
	{title: 'ENVIRONMENT', priority: 7, isFlexible: true, min: 16},
] as const;

export function RevisionsPane({width, height}: Size) {
	const theme = useTheme();
	const now = useNow();
	const service = useConsoleState(selectedService);
	const revisions = useConsoleState(revisionRows);
	const mayNotList = useConsoleState(
		({feeds: {revisions: feed}}) => feed.kind === 'forbidden' && feed.status === 403,
	);
	const isKnown = useConsoleState(state => service && knownRevisions(state, service.name) !== undefined);
	const selected = useConsoleState(selectedRevisionIndex);
	const {focus, missing} = useConsoleState(
		useShallow(state => ({focus: state.focus, missing: state.selected && whyNoService(state)})),
	);
	const size = frameContentSize(width, height);
	return (
		<Frame
			width={width}
			height={height}
			title={service ? `2 Revisions of ${service.name}` : '2 Revisions'}
			aside={service?.url}
			isFocused={focus === 'revisions'}
		>
			<Table
				columns={columns}
				rows={service ? revisions.map(revision => row(revision, service, theme, now)) : []}
				selected={selected}
				width={size.width}
				height={size.height}
				empty={
					service
						? isKnown
							? 'No revision yet; the controller makes one in a moment.'
							: mayNotList
								? 'You may not list revisions here: it takes list and watch on revisions.serving.knative.dev.'
								: 'Its revisions are not known yet.'
						: (missing ?? '')
				}
			/>
		</Frame>
	);
}

function row(revision: RevisionRow, service: ServiceView, theme: Theme, now: number) {
	if (isGone(revision)) {
		const {glyphs, styles} = theme;
		return {
			key: revision.uid,
			cells: [
				{text: shortRevision(revision.name, service.name), style: styles.muted},
				'',
				'',
				{text: `${glyphs.bad} deleted`, style: styles.muted},
			],
		};
	}
	const entries = service.statusTraffic.filter(({revision: name}) => name === revision.name);
	const percent = entries.reduce((sum, entry) => sum + entry.percent, 0);
	const tags = entries.flatMap(({tag}) => tag ?? []);
	return {
		key: revision.name,
		cells: [
			shortRevision(revision.name, service.name),
			entries.length === 0 ? '' : `${percent} %`,
			tags.join(', '),
			stateCell(revision, theme),
			pods(revision),
			age(revision.createdAt, now),
			shortImage(revision.image),
			revision.env.map(({name, shown}) => `${name}=${shown}`).join(' '),
		],
	};
}

function pods({actualReplicas, desiredReplicas}: RevisionView): string {
	if (actualReplicas === undefined && desiredReplicas === undefined) return '';
	return `${actualReplicas ?? 0}/${desiredReplicas ?? 0}`;
}

function stateCell({state}: RevisionView, {glyphs, styles}: Theme): TableCell {
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
