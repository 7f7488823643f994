/** One revision, told whole: its conditions in the server's words, its image, environment and autoscaling. */
import {selectedRevision, selectedService, whyNoRevision} from '../../../console/state/read.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {printable} from '../../../knative/text/printable.js';
import type {RevisionView} from '../../../knative/revision/revision.js';
import {rejectionOf} from '../../../knative/release/evidence/release-facts.js';
import {podWords} from '../../../knative/revision/pod-words.js';
import {stateWords} from '../../../knative/revision/revision-state.js';
import {told} from '../../../knative/revision/revision-trouble.js';
import {momentBy} from '../../../knative/text/moment.js';
import type {ServiceView} from '../../../knative/service/service.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {fitText, widthOf} from '../../widgets/table/fit-text.js';
import {useTheme} from '../../widgets/theme-context.js';
import {sameParts, useConsoleState} from '../../use-console.js';
import {useNow} from '../../use-now.js';
import {age, envValue} from '../../format.js';
import {Document, type DocumentLine} from '../../widgets/document.js';

/** Values of variables are shown only while they are uncovered. */
export function Details({isActive, ...size}: Size & {isActive: boolean}) {
	const theme = useTheme();
	const now = useNow();
	const isUncovered = useConsoleState(state => state.isUncovered);
	const {service, revision} = useConsoleState(
		state => ({service: selectedService(state), revision: selectedRevision(state)}),
		sameParts,
	);
	const title = useNamedTitle('Revision', revision?.name ?? '', size.width);
	const why = useConsoleState(whyNoRevision);
	const trouble = useConsoleState(state => state.trouble);
	const ofPods = trouble !== undefined && trouble.revision === revision?.uid ? trouble : undefined;
	return (
		<Document
			{...size}
			title={title}
			lines={
				service && revision
					? detailLines(service, told(revision, ofPods), theme, {now, isUncovered})
					: [{text: `${why} Esc closes this.`}]
			}
			context="viewer"
			isActive={isActive}
		/>
	);
}

function detailLines(
	service: ServiceView,
	revision: RevisionView,
	{styles, glyphs}: Theme,
	{now, isUncovered}: {now: number; isUncovered: boolean},
): DocumentLine[] {
	const entries = service.statusTraffic.filter(target => target.revision === revision.name);
	const rejection = rejectionOf({service, revisions: [revision]}, revision.name);
	const pairs: [string, string][] = [
		['Rejected', rejection ? `${momentBy(rejection, now).trim()} ${rejection.why}`.trim() || 'yes' : ''],
		['State', stateWords(revision.state)],
		[
			'Traffic',
			entries.map(({percent, latest}) => `${percent} %${latest ? ' as the latest' : ''}`).join(', ') ||
				'none',
		],
		['Tag URLs', entries.flatMap(({url}) => url ?? []).join('  ')],
		['Image', revision.image],
		['Protocol', revision.protocol === 'grpc' ? 'gRPC (h2c)' : 'HTTP'],
		['Pods', podWords(revision.actualReplicas ?? 0, revision.desiredReplicas)],
		[
			'Concurrency',
			revision.containerConcurrency === 0 ? '' : `at most ${revision.containerConcurrency} per pod`,
		],
		['Routing', revision.routingState ?? ''],
		['Age', age(revision.createdAt, now)],
	];
	const shown = pairs.filter(([, value]) => value !== '');
	const names = revision.env.map(({name}) => name);
	const types = revision.conditions.map(({type}) => type);
	const width =
		Math.max(...[...shown.map(([label]) => label), ...names, ...types].map(text => widthOf(text))) + 2;
	const line = (label: string, value: string, style?: DocumentLine['style']): DocumentLine => ({
		text: `${fitText(label, width)}${value}`,
		indent: width,
		style,
	});
	return [
		...shown.map(([label, value]) => line(label, value)),
		{text: ''},
		{
			text: `Environment${isUncovered || revision.env.length === 0 ? '' : ' (E shows the values)'}`,
			style: styles.key,
		},
		...(revision.env.length === 0
			? [{text: 'none', style: styles.muted}]
			: revision.env.map(entry => line(entry.name, envValue(entry, isUncovered)))),
		{text: ''},
		{text: 'Conditions', style: styles.key},
		...revision.conditions.map(({type, status, reason, message}) => {
			const glyph = {True: glyphs.ok, False: glyphs.bad, Unknown: glyphs.waiting}[status];
			const style = {True: styles.ok, False: styles.bad, Unknown: styles.waiting}[status];
			const words = [status, reason, message].filter(part => part !== '').join('  ');
			return line(type, `${glyph} ${words}`, style);
		}),
		...(revision.autoscaling.size === 0
			? []
			: [
					{text: ''},
					{text: 'Autoscaling', style: styles.key},
					...[...revision.autoscaling].map(([key, value]) => ({
						text: `${printable(key)}  ${printable(value)}`,
					})),
				]),
	];
}
