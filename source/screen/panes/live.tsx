/** Pane 4: what users really get. Counts per revision beside what is configured, the verdict, the answers as they come. */
import {Box, Text} from 'ink';
import {useShallow} from 'zustand/react/shallow';
import {selectedService} from '../../store/read.js';
import type {Asking, LoopSnapshot, Recorded, Row} from '../../store/state.js';
import {targetOf} from '../../store/target.js';
import type {ServiceView} from '../../traffic/service.js';
import type {SplitVerdict} from '../../verdict/split-verdict.js';
import type {Size} from '../layout.js';
import {fitText} from '../parts/fit-text.js';
import {Frame, frameContentSize} from '../parts/frame.js';
import {Table} from '../parts/table.js';
import {useTheme} from '../parts/theme-context.js';
import {useConsoleState} from '../use-console.js';
import {clock, count, duration, percentOf, shortRevision} from '../words.js';

const columns = [
	{title: 'ANSWER', priority: 0, min: 10, max: 40, isFlexible: true},
	{title: 'REVISION', priority: 1, min: 8, max: 24, cut: 'start'},
	{title: 'ASKED', priority: 2, align: 'right'},
	{title: 'SEEN', priority: 1, align: 'right', min: 7},
	{title: '95 %', priority: 5, align: 'right'},
	{title: 'ANSWERS', priority: 1, align: 'right'},
	{title: 'ERRORS', priority: 4, align: 'right'},
	{title: 'P50', priority: 6, align: 'right'},
	{title: 'P95', priority: 7, align: 'right'},
	{title: 'P99', priority: 8, align: 'right'},
] as const;

export function LivePane({width, height}: Size) {
	const {styles} = useTheme();
	const service = useConsoleState(selectedService);
	const {focus, gateway, asking, live} = useConsoleState(
		useShallow(state => ({
			focus: state.focus,
			gateway: state.gateway,
			asking: state.asking,
			live: state.live,
		})),
	);
	const snapshot = service && live?.uid === service.uid ? live.snapshot : undefined;
	const size = frameContentSize(width, height);
	return (
		<Frame
			width={width}
			height={height}
			title="4 Live"
			aside={snapshot && asideOf(snapshot)}
			isFocused={focus === 'live'}
		>
			{snapshot && service ? (
				<Counts snapshot={snapshot} service={service} {...size} />
			) : (
				<Box width={size.width} height={size.height} flexDirection="column" overflow="hidden">
					{service &&
						invitation(service, gateway, asking).map(line => (
							<Text key={line} wrap="truncate" {...styles.muted}>
								{line}
							</Text>
						))}
				</Box>
			)}
		</Frame>
	);
}

function invitation(service: ServiceView, gateway: Parameters<typeof targetOf>[2], asking: Asking): string[] {
	const asked = targetOf(service, service.url, gateway, asking);
	return asked.ok
		? ['space asks it once a second and counts the answers; v asks it once.', asked.command]
		: [asked.reason];
}

/** `1 req/s · 128 answers · 50/50 since 12:01:03` */
function asideOf(snapshot: LoopSnapshot): string {
	const {state, rate, burstLeft, answered, notSent, weights, settling, since} = snapshot;
	const pace = burstLeft > 0 ? `burst, ${burstLeft} left` : state === 'running' ? `${rate} req/s` : 'paused';
	const split = weights.map(({percent}) => percent).join('/');
	return [
		pace,
		count(answered, 'answer'),
		...(notSent > 0 ? [`${notSent} not sent`] : []),
		settling ? 'settling' : `${split} since ${clock(since)}`,
	].join(' · ');
}

function Counts({snapshot, service, width, height}: {snapshot: LoopSnapshot; service: ServiceView} & Size) {
	const {styles, glyphs} = useTheme();
	// Rows, their titles and the verdict first; the stream gets what is left.
	const tableHeight = Math.max(2, Math.min(snapshot.rows.length + 1, height - 2));
	const streamHeight = Math.max(0, height - tableHeight - 1);
	const codes = Object.entries(snapshot.statusCodes)
		.map(([code, number]) => `${code} ×${number}`)
		.join('  ');
	const verdict = verdictOf(snapshot.verdict, snapshot.settling);
	const glyph = {good: glyphs.ok, waiting: glyphs.waiting, bad: glyphs.bad, warning: glyphs.warning}[
		verdict.tone
	];
	const style = {good: styles.ok, waiting: styles.muted, bad: styles.bad, warning: styles.warning}[
		verdict.tone
	];
	return (
		<Box width={width} height={height} flexDirection="column" overflow="hidden">
			<Table
				columns={columns}
				rows={snapshot.rows.map(row => ({key: row.key, cells: cellsOf(row, service)}))}
				selected={-1}
				width={width}
				height={tableHeight}
				empty="No answer yet."
			/>
			<Box width={width} height={1} justifyContent="space-between" overflow="hidden">
				<Box flexShrink={1} height={1} overflow="hidden">
					<Text {...style} wrap="truncate">{`${glyph} ${verdict.sentence}`}</Text>
				</Box>
				<Box flexShrink={0} marginLeft={2}>
					<Text {...styles.muted}>
						{codes}
						{codes === '' ? '' : '  '}
						{count(snapshot.errors, 'error')}
					</Text>
				</Box>
			</Box>
			<Box width={width} height={streamHeight} flexDirection="column" overflow="hidden">
				{snapshot.last.slice(-streamHeight).map((answer, index) => (
					<AnswerLine key={`${answer.at} ${index}`} answer={answer} width={width} />
				))}
			</Box>
		</Box>
	);
}

const latency = (value: number | undefined) => (value === undefined ? '' : duration(value));

function cellsOf(row: Row, service: ServiceView): string[] {
	const {observedShare, interval} = row;
	return [
		row.fingerprint === undefined
			? row.attribution === 'silent'
				? '(no answer yet)'
				: '(no body)'
			: row.otherFingerprints > 0
				? `${row.fingerprint} +${row.otherFingerprints} more`
				: row.fingerprint,
		whose(row, service),
		row.configuredPercent === undefined ? '' : `${row.configuredPercent} %`,
		observedShare === undefined ? '' : percentOf(observedShare),
		observedShare === undefined
			? ''
			: `${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)}`,
		String(row.n),
		String(row.errors),
		latency(row.p50),
		latency(row.p95),
		latency(row.p99),
	];
}

/** The revision, or why it cannot be told which. */
function whose(row: Row, {name}: ServiceView): string {
	switch (row.attribution) {
		case 'revision':
		case 'silent':
			return shortRevision(row.revision ?? '', name);
		case 'indistinguishable':
			return `alike: ${row.candidates.map(candidate => shortRevision(candidate, name)).join(' ')}`;
		case 'contradictory':
			return `either: ${row.candidates.map(candidate => shortRevision(candidate, name)).join(' ')}`;
		case 'unknown':
			return 'unattributed';
	}
}

type Verdict = {tone: 'good' | 'waiting' | 'bad' | 'warning'; sentence: string};

function verdictOf(verdict: SplitVerdict | undefined, settling: boolean): Verdict {
	if (settling) {
		return {
			tone: 'waiting',
			sentence: 'settling: the gateway is being switched; these answers are not counted',
		};
	}
	if (!verdict) return {tone: 'waiting', sentence: 'no split to compare with yet'};
	switch (verdict.state) {
		case 'agrees':
			return {tone: 'good', sentence: verdict.sentence};
		case 'too few':
			return {tone: 'waiting', sentence: verdict.sentence};
		case 'suspicious':
		case 'unjudgeable':
			return {tone: 'warning', sentence: verdict.sentence};
		case 'disagrees':
		case 'impossible':
			return {tone: 'bad', sentence: verdict.sentence};
	}
}

function AnswerLine({answer, width}: {answer: Recorded; width: number}) {
	const {styles} = useTheme();
	const {outcome} = answer;
	const isResponse = outcome.kind === 'response';
	const failed = isResponse ? outcome.error : true;
	const head = `${clock(answer.at, {milliseconds: true})}  ${fitText(isResponse ? outcome.code : outcome.failure, 9)}  ${fitText(duration(answer.latency), 7, {align: 'right'})}  `;
	return (
		<Box width={width} height={1} flexShrink={0} overflow="hidden">
			<Text wrap="truncate" {...(failed ? styles.bad : answer.settling ? styles.muted : {})}>
				<Text {...(failed ? {} : styles.muted)}>{head}</Text>
				{isResponse ? outcome.firstLine || '(no body)' : outcome.sentence}
				{answer.settling ? '  (settling)' : ''}
			</Text>
		</Box>
	);
}
