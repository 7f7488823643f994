/** Whether to leave the program although something is not sent, or under way. */
import type {Sheet} from '../../../console/state/state.js';
import type {Size} from '../../layout.js';
import {useActions, useOnlySeen} from '../../use-console.js';
import {useTheme} from '../../widgets/theme-context.js';
import {Document} from '../../widgets/document.js';

/** Says what ends with the console; a key leaves once that can have been seen. */
export function Quit({
	sheet,
	isActive,
	quit,
	width,
	height,
}: Size & {sheet: Extract<Sheet, {kind: 'quit'}>; isActive: boolean; quit: () => void}) {
	const {styles} = useTheme();
	const shownAs = `quit ${sheet.id}`;
	const onlySeen = useOnlySeen(shownAs);
	useActions('leaving', {confirm: () => onlySeen(quit)}, {isActive});
	return (
		<Document
			width={width}
			height={height}
			title="Quit kn-canary"
			lines={[
				{text: 'Quitting ends or loses this:', style: styles.warning},
				...sheet.ends.map(text => ({text: `  ${text}`, indent: 4})),
				{text: ''},
				{text: 'The traffic split stays as it is.'},
				{text: 'Enter or q quits all the same; Esc stays.'},
			]}
			context="leaving"
			isActive={isActive}
			shownAs={shownAs}
		/>
	);
}
