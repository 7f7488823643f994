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
	// The widget has no pages: it begins again where the page leads to.
	const [from, setFrom] = useState({index: initialIndex, times: 0});
	const page = (rows: number) => {
		const at = items.findIndex(({value}) => value === highlighted);
		const index = Math.max(0, Math.min(items.length - 1, at + rows));
		setFrom(({times}) => ({index, times: times + 1}));
		setHighlighted(items[index]?.value);
	};
	useInput(
		(input, key) => {
			const stroke = strokeOf(input, key);
			if (stroke === 'enter' && highlighted !== undefined) onSelect(highlighted);
			else if (stroke === 'pagedown') page(Math.max(1, height - 1));
			else if (stroke === 'pageup') page(-Math.max(1, height - 1));
		},
		{isActive: isFocused},
	);

	return (
		<Box width={width} height={height} overflow="hidden">
			<SelectInput
				key={from.times}
				items={items.map(({value, label}) => ({
					value,
					label: cutText(label, width - 2, {ellipsis: glyphs.ellipsis}),
				}))}
				initialIndex={from.index}
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
