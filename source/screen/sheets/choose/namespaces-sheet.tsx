/** The namespaces there are, to pick one. */
import {Box, Text} from 'ink';
import {isAcross} from '../../../console/state/scope.js';
import {closeSheet} from '../../../console/state/select.js';
import type {Size} from '../../layout.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {Menu} from '../../widgets/table/menu.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useConsole, useConsoleState, useOnlySeen, useShownAs} from '../../use-console.js';

/** Marks the one that is shown; `sentence` says why the list is not complete or missing. */
export function Namespaces({
	names,
	sentence,
	isActive,
	width,
	height,
}: Size & {names: readonly string[]; sentence: string | undefined; isActive: boolean}) {
	const console = useConsole();
	const {styles} = useTheme();
	const shownAs = useShownAs('namespaces');
	const onlySeen = useOnlySeen(shownAs);
	const here = useConsoleState(state => (isAcross(state) ? '' : state.namespace));
	const size = frameContentSize(width, height);
	return (
		<Frame
			width={width}
			height={height}
			title="Namespaces"
			aside="Enter goes there"
			isFocused
			shownAs={names.length === 0 ? undefined : shownAs}
		>
			{sentence !== undefined && (
				<Box height={1}>
					<Text wrap="truncate" {...styles.warning}>
						{sentence}
					</Text>
				</Box>
			)}
			{names.length === 0 ? (
				<Text {...styles.muted}>Asking the cluster…</Text>
			) : (
				<Menu
					items={[{value: '', label: 'all namespaces'}, ...names.map(name => ({value: name, label: name}))]}
					initial={here}
					isFocused={isActive}
					width={size.width}
					height={size.height - (sentence === undefined ? 0 : 1)}
					onSelect={name =>
						onlySeen(() => {
							closeSheet(console.store);
							// No namespace is called by the empty name.
							if (name === '') console.showAllNamespaces();
							else void console.changeNamespace(name);
						})
					}
				/>
			)}
		</Frame>
	);
}
