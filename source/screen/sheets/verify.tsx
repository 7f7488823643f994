/** What one request by hand got back, and the command that asks the same. */
import type {VerifySheet} from '../../store/sheets.js';
import type {Answer} from '../../store/state.js';
import type {Theme} from '../../terminal/theme.js';
import type {Size} from '../layout.js';
import {steadyWidth} from '../parts/steady-width.js';
import {useTheme} from '../parts/theme-context.js';
import {useActions} from '../use-console.js';
import {duration} from '../words.js';
import {Document, type Line} from './document.js';

export function Verify({
	sheet,
	isActive,
	copy,
	...size
}: Size & {sheet: VerifySheet; isActive: boolean; copy: (text: string) => void}) {
	const theme = useTheme();
	useActions('viewer', {copyCommand: () => copy(sheet.command)}, {isActive});
	const at = sheet.tag === undefined ? '' : ` at its tag ${sheet.tag}`;
	return (
		<Document
			{...size}
			title={`Ask ${sheet.service}${at} once`}
			aside={sheet.revision}
			lines={[
				{text: sheet.url},
				{text: sheet.command, hard: true, style: theme.styles.muted},
				...unreachedLines(sheet, theme),
				...(sheet.forwarding === undefined ? [] : forwardingLines(sheet.forwarding, theme)),
				{text: ''},
				...phaseLines(sheet, theme),
			]}
			context="viewer"
			isActive={isActive}
		/>
	);
}

/** Without a port-forward it is why there will be no answer; with one, why there is one. */
function unreachedLines({unreached, forwarding}: VerifySheet, {styles, glyphs}: Theme): Line[] {
	if (unreached === undefined) return [];
	return forwarding === undefined
		? [{text: `${glyphs.warning} ${unreached}`, style: styles.warning}]
		: [{text: unreached, style: styles.muted}];
}

/** The port of the curl line is this program's: what makes the line true without it. */
function forwardingLines(command: string, {styles}: Theme): Line[] {
	return [
		{
			text: "That port is the console's own port-forward: it closes with the console, and latencies include the API server. Without the console, this opens that port:",
			style: styles.muted,
		},
		{text: command, hard: true, style: styles.muted},
	];
}

function phaseLines({phase, revision, tag, isSettling}: VerifySheet, theme: Theme): Line[] {
	switch (phase.kind) {
		case 'asking':
			return [{text: 'Asking…', style: theme.styles.waiting}];
		case 'not asked':
			return [{text: phase.sentence, style: theme.styles.bad}];
		case 'answered': {
			const lines = answerLines(phase.answer, theme);
			if (phase.answer.outcome.kind === 'failure') return lines;
			const whose =
				revision === undefined
					? 'Drawn by the gateway from the split: ask again and another revision may answer.'
					: isSettling
						? `The route is still settling: another revision than ${revision} may have answered.`
						: tag === undefined
							? `Answered by ${revision}, which has all of the traffic.`
							: `Answered by ${revision}: a tag leads to one revision, whatever the split.`;
			return [...lines, {text: ''}, {text: whose, style: theme.styles.muted}];
		}
	}
}

function answerLines({outcome, latency}: Answer, {styles, glyphs}: Theme): Line[] {
	if (outcome.kind === 'failure') {
		return [{text: `${glyphs.bad} ${outcome.sentence}`, style: styles.bad, indent: 2}];
	}
	const {code, error, contentType, body, truncated} = outcome;
	const head = [code, duration(latency), contentType].filter(part => part !== '').join('  ');
	return [
		{text: `${error ? glyphs.bad : glyphs.ok} ${head}`, style: error ? styles.bad : styles.ok},
		...(body === ''
			? [{text: '(no body)', style: styles.muted}]
			: steadyWidth(body)
					.replace(/\n$/, '')
					.split('\n')
					.map(text => ({text, style: styles.key}))),
		...(truncated ? [{text: '(more than 64 KiB; the rest was not read)', style: styles.muted}] : []),
	];
}
