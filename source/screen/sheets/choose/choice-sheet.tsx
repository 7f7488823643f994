/** A question that only the operator can answer, and the answers there are. */
import {Box, Text} from 'ink';
import type {ChoiceSheet} from '../../../console/sheets/sheets.js';
import type {Size} from '../../layout.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {Menu} from '../../widgets/table/menu.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useConsole, useOnlySeen, useShownAs} from '../../use-console.js';
import {wrapLine} from '../../widgets/document.js';

/** The question is cut to leave two rows for the answers. */
export function Choice({sheet, isActive, width, height}: Size & {sheet: ChoiceSheet; isActive: boolean}) {
	const console = useConsole();
	const {styles} = useTheme();
	const shownAs = useShownAs(`choice ${sheet.title} ${sheet.question}`);
	const onlySeen = useOnlySeen(shownAs);
	const size = frameContentSize(width, height);
	const question = wrapLine({text: sheet.question}, size.width).slice(0, Math.max(1, size.height - 2));
	return (
		<Frame
			width={width}
			height={height}
			title={sheet.title}
			aside="Enter reviews it, Esc cancels"
			isFocused
			shownAs={shownAs}
		>
			{question.map((text, index) => (
				<Text key={index} wrap="truncate" {...styles.warning}>
					{text}
				</Text>
			))}
			<Box height={1} />
			<Menu
				items={sheet.options}
				isFocused={isActive}
				width={size.width}
				height={Math.max(1, size.height - question.length - 1)}
				onSelect={value => onlySeen(() => console.choose(value))}
			/>
		</Frame>
	);
}
