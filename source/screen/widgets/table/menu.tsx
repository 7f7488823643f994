import {Box, Text, useInput} from 'ink';
import SelectInput from 'ink-select-input';
import {useState} from 'react';
import {strokeOf} from '../../../terminal/input/strokes.js';
import {cutText} from './fit-text.js';
import {useTheme} from '../theme-context.js';

export type MenuItem = {readonly value: string; readonly label: string};

export type MenuProps = {
	/** Items that stay as they are while the menu is open. */
	readonly items: readonly MenuItem[];
	readonly initial?: string | undefined;
	readonly onSelect: (value: string) => void;
	readonly isFocused: boolean;
	readonly width: number;
	readonly height: number;
};

const Indicator = ({isSelected = false}: {readonly isSelected?: boolean}) => {
	const {glyphs, styles} = useTheme();
	return <Text {...styles.selected}>{isSelected ? `${glyphs.selected} ` : '  '}</Text>;
};

const Label = ({isSelected = false, label}: {readonly isSelected?: boolean; readonly label: string}) => {
	const {styles} = useTheme();
	return (
		<Text wrap="truncate" {...(isSelected ? styles.selected : {})}>
			{label}
		</Text>
	);
};

/**
A menu to pick one of some fixed items (a namespace, a context) with ↑↓ and Enter.

ink-select-input selects at once when a digit is pressed; here digits are keys that go to a pane, so it only highlights,
and Enter is handled here.
*/
export function Menu({items, initial, onSelect, isFocused, width, height}: MenuProps) {
	// Other items are another menu: the widget forgets its place without saying so.
	return (
		<OpenMenu
			key={items.map(({value}) => value).join('\n')}
			{...{items, initial, onSelect, isFocused, width, height}}
		/>
	);
}

function OpenMenu({items, initial, onSelect, isFocused, width, height}: MenuProps) {
	const {glyphs} = useTheme();
	const initialIndex = Math.max(
		0,
		items.findIndex(({value}) => value === initial),
	);
	const [highlighted, setHighlighted] = useState(items[initialIndex]?.value);
	useInput(
		(input, key) => {
			if (strokeOf(input, key) === 'enter' && highlighted !== undefined) {
				onSelect(highlighted);
			}
		},
		{isActive: isFocused},
	);

	return (
		<Box width={width} height={height} overflow="hidden">
			<SelectInput
				items={items.map(({value, label}) => ({
					value,
					label: cutText(label, width - 2, {ellipsis: glyphs.ellipsis}),
				}))}
				initialIndex={initialIndex}
				limit={Math.max(1, height)}
				isFocused={isFocused}
				indicatorComponent={Indicator}
				itemComponent={Label}
				onHighlight={item => {
					setHighlighted(item.value);
				}}
			/>
		</Box>
	);
}
