/** The contexts of the kubeconfig, to go to one; and the question whether what is not sent may be lost with this one. */
import {Box, Text} from 'ink';
import type {ContextsSheet, LeaveSheet} from '../../../console/sheets/inspected.js';
import {closeSheet} from '../../../console/state/select.js';
import {printable} from '../../../knative/text/printable.js';
import type {Size} from '../../layout.js';
import {fitText, widthOf} from '../../widgets/table/fit-text.js';
import {tellApart} from '../../widgets/table/tell-apart.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {Menu} from '../../widgets/table/menu.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useActions, useConsole, useOnlySeen, useShownAs} from '../../use-console.js';
import {Document} from '../../widgets/document.js';

/** Columns that a name may take of the list; whole names are in the kubeconfig. */
const longestName = 40;

/** Names that begin alike are cut so that they can be told apart. Enter goes there, or asks what is to be lost. */
export function Contexts({
	sheet: {rows, sentence},
	isActive,
	width,
	height,
}: Size & {sheet: ContextsSheet; isActive: boolean}) {
	const console = useConsole();
	const {styles, glyphs} = useTheme();
	const shownAs = useShownAs('contexts');
	const onlySeen = useOnlySeen(shownAs);
	const size = frameContentSize(width, height);
	const nameWidth = Math.min(longestName, Math.max(0, ...(rows ?? []).map(({shown}) => widthOf(shown))));
	const shownNames = (rows ?? []).map(({shown}) => shown);
	const names = tellApart(shownNames, nameWidth, {ellipsis: glyphs.ellipsis});
	return (
		<Frame
			width={width}
			height={height}
			title="Contexts"
			aside="Enter goes there"
			isFocused
			shownAs={rows === undefined ? undefined : shownAs}
		>
			{sentence !== undefined && (
				<Box height={2}>
					<Text {...styles.bad}>{sentence}</Text>
				</Box>
			)}
			{rows === undefined ? (
				<Text {...styles.muted}>Reading the kubeconfig…</Text>
			) : (
				<Menu
					items={rows.map(({name, server, isHere, isProduction}, index) => ({
						value: name,
						label: [
							fitText(names[index] ?? name, nameWidth),
							isProduction ? 'PRODUCTION' : '          ',
							isHere ? 'here' : '    ',
							server,
						].join('  '),
					}))}
					initial={rows.find(({isHere}) => isHere)?.name}
					isFocused={isActive}
					width={size.width}
					height={size.height - (sentence === undefined ? 0 : 2)}
					onSelect={name =>
						onlySeen(() => {
							closeSheet(console.store);
							void console.changeContext(name);
						})
					}
				/>
			)}
		</Frame>
	);
}

/** Takes Enter only when the question can have been seen. */
export function LeaveContext({sheet, isActive, ...size}: Size & {sheet: LeaveSheet; isActive: boolean}) {
	const {styles} = useTheme();
	const console = useConsole();
	const shownAs = `leave ${sheet.id}`;
	const onlySeen = useOnlySeen(shownAs);
	useActions(
		'sheet',
		{
			confirm: () =>
				onlySeen(() => {
					closeSheet(console.store);
					void console.changeContext(sheet.to, {mayLose: true});
				}),
		},
		{isActive},
	);
	return (
		<Document
			{...size}
			title={`Go to the context ${printable(sheet.to)}`}
			lines={[
				{text: 'With this context is lost what was not sent:', style: styles.warning},
				...sheet.lost.map(text => ({text: `  ${text}`, indent: 4})),
				{text: ''},
				{text: 'Enter goes there all the same; esc stays here, and nothing is lost.'},
			]}
			context="sheet"
			isActive={isActive}
			shownAs={shownAs}
		/>
	);
}
