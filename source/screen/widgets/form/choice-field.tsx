import {Text, useInput} from 'ink';
import {strokeOf} from '../../../terminal/input/strokes.js';
import {cutText} from '../table/fit-text.js';
import {useTheme} from '../theme-context.js';

export type Option = {readonly value: string; readonly label: string};

export type ChoiceFieldProps = {
	readonly options: readonly Option[];
	readonly value: string;
	readonly onChange: (value: string) => void;
	readonly isFocused: boolean;
	readonly width: number;
};

/** The option `by` places further, round and round; the first one when the value is none of them. */
const neighbourOption = (options: readonly Option[], value: string, by: 1 | -1): string => {
	const index = options.findIndex(option => option.value === value);
	const next = index === -1 ? 0 : (index + by + options.length) % options.length;
	return options[next]?.value ?? value;
};

/** A choice among few: all of them side by side when they fit, else the chosen one between arrows. ←→ and Space choose. */
export function ChoiceField({options, value, onChange, isFocused, width}: ChoiceFieldProps) {
	const {glyphs, isAscii, styles} = useTheme();
	useInput(
		(input, key) => {
			const stroke = strokeOf(input, key);
			if (stroke === 'left' || stroke === 'right' || stroke === 'space') {
				onChange(neighbourOption(options, value, stroke === 'left' ? -1 : 1));
			}
		},
		{isActive: isFocused},
	);

	const mark = (option: Option) => (option.value === value ? glyphs.ready : glyphs.waiting);
	const line = options.map(option => `${mark(option)} ${option.label}`).join('   ');
	if (line.length <= width) {
		return (
			<Text wrap="truncate">
				{options.map((option, index) => (
					<Text
						key={option.value}
						{...(option.value === value ? (isFocused ? styles.selected : {}) : styles.muted)}
					>
						{`${index === 0 ? '' : '   '}${mark(option)} ${option.label}`}
					</Text>
				))}
			</Text>
		);
	}

	const chosen = options.find(option => option.value === value)?.label ?? value;
	const [left, right] = isAscii ? ['<', '>'] : ['‹', '›'];
	return (
		<Text wrap="truncate" {...(isFocused ? styles.selected : {})}>
			{`${left} ${cutText(chosen, width - 4, {ellipsis: glyphs.ellipsis})} ${right}`}
		</Text>
	);
}
