/** The selected service in one row, above a sheet that leaves no room for the panes: its verdict, and each revision of its split. */
import {Text} from 'ink';
import {selectedService} from '../../console/state/read.js';
import {serviceState} from '../../knative/service/service-state.js';
import type {Piece} from '../../terminal/output/pieces.js';
import type {Theme} from '../../terminal/output/theme.js';
import {shortRevision} from '../format.js';
import {failuresOf, measuredOf, type FailuresMeasured} from '../panes/measured.js';
import {roleOf} from '../../knative/release/release.js';
import {cellsOf} from '../panes/services-table.js';
import {useRelease} from '../release/use-release.js';
import {widthOf} from '../widgets/table/fit-text.js';
import {textOf} from '../widgets/table/table-text.js';
import {PiecesLine} from '../widgets/pieces-line.js';
import {useTheme} from '../widgets/theme-context.js';
import {sameParts, useConsoleState} from '../use-console.js';
import {useNow} from '../use-now.js';

/** Blank without a selected service, or before its release is known. */
export function ServiceStrip({width}: {width: number}) {
	const theme = useTheme();
	const now = useNow(60_000);
	const service = useConsoleState(selectedService);
	const verdict = useConsoleState(state => service && state.verdicts.get(service.uid));
	const usersAlarm = useConsoleState(({users}) => (users?.uid === service?.uid ? users?.alarm : undefined));
	const measured = useConsoleState(state => measuredOf(state, service), sameParts);
	const told = useRelease(service);
	if (!service || !told) return <Text> </Text>;
	const {styles} = theme;
	const [glyph = '', , , , state = ''] = cellsOf(service, theme, {verdict, usersAlarm, now});
	const styleOf = (cell: typeof glyph) =>
		typeof cell === 'object' && 'style' in cell ? cell.style : undefined;
	const {release, marks} = told;
	const shares = new Map<string, number>();
	for (const {revision, percent} of service.statusTraffic) {
		shares.set(revision, (shares.get(revision) ?? 0) + percent);
	}
	const word = verdict?.word || usersAlarm !== undefined ? textOf(state) : serviceState(service).word;
	const pieces: Piece[] = [
		{text: ` ${textOf(glyph)} `, style: styleOf(glyph) ?? styles.plain},
		{text: service.name, style: styles.key},
		{text: `  ${word}`, style: styleOf(state) ?? styles.plain},
	];
	let left = width - pieces.reduce((sum, {text}) => sum + widthOf(text), 0);
	const partOf = ([revision, percent]: [string, number], naming: 'all' | 'canary' | 'none') => {
		const mark = marks.get(revision);
		const failures = failuresOf(measured, revision);
		const isCanary = roleOf(revision, release) === 'canary';
		const named = !mark || naming === 'all' || (naming === 'canary' && isCanary);
		const name = `  ${named ? ' ' : ''}${mark?.fill ?? ''}${named ? ` ${shortRevision(revision, service.name)}` : ''}`;
		const numbers = ` ${percent} %${failures ? ` (${failures.kind === 'share' ? failures.part : '?'} errors)` : ''}`;
		return {
			isCanary,
			width: widthOf(name) + widthOf(numbers),
			pieces: [
				{text: name, style: mark?.style ?? styles.plain},
				{text: numbers, style: styleOfFailures(failures, theme)},
			],
		};
	};
	// A share without its name says more than none.
	const ways = (['all', 'canary', 'none'] as const).map(naming =>
		[...shares].map(share => partOf(share, naming)),
	);
	const isFitting = (way: (typeof ways)[number]) => way.reduce((sum, part) => sum + part.width, 0) <= left;
	const parts = ways.find(isFitting) ?? ways.at(-1) ?? [];
	// The canary has its room first: it is what may fail.
	const shown = new Set<(typeof parts)[number]>();
	for (const part of parts.toSorted((one, other) => Number(other.isCanary) - Number(one.isCanary))) {
		if (part.width > left) continue;
		left -= part.width;
		shown.add(part);
	}
	pieces.push(...parts.filter(part => shown.has(part)).flatMap(part => part.pieces));
	return <PiecesLine of={[...pieces, {text: ' '.repeat(Math.max(0, left))}]} />;
}

/** Red where it fails, and a doubt where what fails may be another's. */
function styleOfFailures(
	failures: FailuresMeasured | undefined,
	{styles}: Theme,
): NonNullable<Piece['style']> {
	if (failures?.kind === 'unknown') return styles.warning;
	if (failures?.isOld) return styles.muted;
	return !failures || failures.isNone ? styles.plain : styles.bad;
}
