/** What one request by hand got back, and the command that asks the same. */
import {verifyService} from '../../../console/live/verify-requests.js';
import type {VerifySheet} from '../../../console/sheets/sheets.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {useMisled} from '../../cluster-lines.js';
import type {Size} from '../../layout.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useActions, useConsole, useConsoleState} from '../../use-console.js';
import {Document, type DocumentLine} from '../../widgets/document.js';
import {phaseLines} from './verify-lines.js';

/** Its key asks once more, as the first time. */
export function Verify({
	sheet,
	isActive,
	copy,
	...size
}: Size & {sheet: VerifySheet; isActive: boolean; copy: (text: string) => void}) {
	const theme = useTheme();
	const console = useConsole();
	const askAgain = () =>
		void (sheet.tag === undefined ? verifyService(console.store) : console.verifyRevision());
	useActions('viewer', {copyCommand: () => copy(sheet.command), askAgain}, {isActive});
	const misled = useMisled();
	const isUncovered = useConsoleState(state => state.isUncovered);
	const command = isUncovered ? sheet.command : sheet.coveredCommand;
	const asked = sheet.tag === undefined ? sheet.service : `${sheet.tag} of ${sheet.service}`;
	return (
		<Document
			{...size}
			title={`Test request: ${asked}`}
			aside={sheet.revision}
			lines={[
				{text: sheet.url},
				{text: command, hard: true, style: theme.styles.muted},
				...[sheet.hostDoubt, sheet.inClear].flatMap(text =>
					text === undefined ? [] : [warningLine(text, theme)],
				),
				...unreachedLines(sheet, theme),
				...(sheet.forwarding === undefined ? [] : forwardingLines(sheet.forwarding, {theme, misled})),
				{text: ''},
				...phaseLines(sheet, theme),
			]}
			context="viewer"
			isActive={isActive}
		/>
	);
}

const warningLine = (text: string, {styles, glyphs}: Theme): DocumentLine => ({
	text: `${glyphs.warning} ${text}`,
	style: styles.warning,
});

/** Without a port-forward it is why there will be no answer; with one, why there is one. */
function unreachedLines({unreached, forwarding}: VerifySheet, {styles, glyphs}: Theme): DocumentLine[] {
	if (unreached === undefined) return [];
	return forwarding === undefined
		? [{text: `${glyphs.warning} ${unreached}`, style: styles.warning}]
		: [{text: unreached, style: styles.muted}];
}

/**
 * The port of the curl line is this program's: what makes the line true without it.
 * @param options.misled Why no command can be copied at the moment.
 */
function forwardingLines(
	command: string,
	{theme: {styles}, misled}: {theme: Theme; misled: string | undefined},
): DocumentLine[] {
	const own =
		"That port is the console's own port-forward: it closes with the console, and latencies include the API server.";
	if (misled !== undefined) return [own, misled].map(text => ({text, style: styles.muted}));
	return [
		{text: `${own} Without the console, this opens that port:`, style: styles.muted},
		{text: command, hard: true, style: styles.muted},
	];
}
