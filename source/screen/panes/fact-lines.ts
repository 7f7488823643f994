/** What is known of the selected service, or revision, beneath the list of its pane, where rows are left. Pure. */
import type {GatewayState} from '../../console/state/state.js';
import {endpointText} from '../../knative/commands/endpoint.js';
import type {ConditionView} from '../../knative/objects/parsed.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {stateWords} from '../../knative/revision/revision-state.js';
import type {DomainMapping} from '../../knative/service/domain-mapping.js';
import type {ServiceView} from '../../knative/service/service.js';
import {printable} from '../../knative/text/printable.js';
import type {Look} from '../../terminal/output/theme.js';
import {envValue} from '../format.js';
import {wrapLine, type DocumentLine} from '../widgets/document.js';
import {cutText, fitText, widthOf} from '../widgets/table/fit-text.js';

type FactRoom = {readonly width: number; readonly rows: number};
type FactLine = readonly [label: string, value: string];

/**
 * Where fewer rows are left than a large window has, nothing is told: over a bad line each move of the selection would pay for
 * what Enter opens anyway.
 */
const leastRows = 10;
/** Columns of a pane of a window so large that nothing of it stands idle, and the rows that are enough there. */
const large = {columns: 66, rows: 5};

/** As many facts as `room` has lines for; none where fewer are left than a large window has. */
export function serviceFacts(
	service: ServiceView,
	{gateway, domains}: {gateway: GatewayState; domains: readonly DomainMapping[]},
	room: FactRoom,
	look: Look,
): DocumentLine[] {
	// Whole: where users ask for it is what is looked for here.
	const {
		name,
		url = name,
		owners,
		rolloutDuration,
		lastModifier,
		lastTool,
		conditions,
		clusterLocal,
	} = service;
	return factLines(
		url,
		[
			['Domains', domains.map(({host, ready}) => (ready ? host : `${host} (not ready)`)).join(', ')],
			['Gateway', gatewayWords(gateway)],
			['Visible', clusterLocal ? 'inside the cluster only' : ''],
			['Rollout', rolloutDuration === undefined ? '' : `latest moves over ${printable(rolloutDuration)}`],
			['Owner', owners.map(({by}) => by).join(', ')],
			['Written', [lastModifier, lastTool].flatMap(part => part ?? []).join(' with ')],
			['Conditions', conditionWords(conditions, look)],
		],
		room,
		look,
	);
}

/** The same of a revision. Values of variables are shown only while they are uncovered. */
export function revisionFacts(
	revision: RevisionView,
	{service, isUncovered}: {service: ServiceView; isUncovered: boolean},
	room: FactRoom,
	look: Look,
): DocumentLine[] {
	const urls = service.statusTraffic.flatMap(({revision: name, url}) =>
		name === revision.name ? (url ?? []) : [],
	);
	return factLines(
		`${revision.name} (pane 2, Enter: all)`,
		[
			['State', revision.state.ready ? '' : stateWords(revision.state)],
			['Image', revision.image],
			['Tag URL', urls.join(', ')],
			['Variables', revision.env.map(entry => `${entry.name}=${envValue(entry, isUncovered)}`).join(' ')],
			['Scale', pairs(revision.autoscaling)],
			[
				'Requests',
				revision.containerConcurrency === 0 ? '' : `at most ${revision.containerConcurrency} at once per pod`,
			],
			['Resources', pairs(revision.resources)],
			['Made by', revision.creator ?? ''],
			['Conditions', conditionWords(revision.conditions, look)],
		],
		room,
		look,
	);
}

const pairs = (entries: Iterable<readonly [string, string]>): string =>
	[...entries].map(([key, value]) => `${printable(key)} ${printable(value)}`).join(', ');

function gatewayWords(gateway: GatewayState): string {
	switch (gateway.kind) {
		case 'found':
			return `${endpointText(gateway)} (${gateway.via})${gateway.forward ? ' through a port-forward' : ''}${gateway.unreached ? ' not reached' : ''}`;
		case 'not found':
			return gateway.sentence;
		case 'looking':
			return '';
	}
}

/** Those that are not as they should be, or that all are. */
function conditionWords(conditions: readonly ConditionView[], {glyphs}: Look): string {
	const mark = {True: glyphs.ok, False: glyphs.bad, Unknown: glyphs.waiting};
	const open = conditions.filter(({status}) => status !== 'True');
	const all = conditions.length;
	if (open.length === 0) return all === 0 ? '' : `${glyphs.ok} all ${all} are True`;
	return open
		.map(
			({type, status, reason}) => `${mark[status]} ${type} ${status}${reason === '' ? '' : ` (${reason})`}`,
		)
		.join(', ');
}

/** Empty where there is no room for them. What has no value is left out. */
function factLines(
	title: string,
	facts: readonly FactLine[],
	{width, rows}: FactRoom,
	{styles, glyphs}: Look,
): DocumentLine[] {
	const known = facts.filter(([, value]) => value !== '');
	if (rows < (width >= large.columns ? large.rows : leastRows)) return [];
	const labelWidth = Math.max(...known.map(([label]) => widthOf(label))) + 2;
	const lines = known.flatMap(([label, value]) =>
		wrapLine({text: `${fitText(label, labelWidth)}${value}`, indent: labelWidth}, width).map(text => ({
			text,
			style: styles.muted,
		})),
	);
	return [{text: ' '}, {text: cutText(title, width, glyphs), style: styles.key}, ...lines].slice(0, rows);
}
