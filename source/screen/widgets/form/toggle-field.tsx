import {Text, useInput} from 'ink';
import {strokeOf} from '../../../terminal/input/strokes.js';
import {useTheme} from '../theme-context.js';

export type ToggleFieldProps = {
	readonly isOn: boolean;
	readonly onChange: (isOn: boolean) => void;
	readonly isFocused: boolean;
	/** Instead of yes and no, where it unfolds something. */
	readonly words?: {readonly on: string; readonly off: string} | undefined;
};

/** A yes or no; Space and ←→ switch it. */
export function ToggleField({isOn, onChange, isFocused, words}: ToggleFieldProps) {
	const {styles} = useTheme();
	useInput(
		(input, key) => {
			const stroke = strokeOf(input, key);
			if (stroke === 'space' || stroke === 'left' || stroke === 'right') {
				onChange(!isOn);
			}
		},
		{isActive: isFocused},
	);
	const {on, off} = words ?? {on: '[x] yes', off: '[ ] no'};
	return (
		<Text wrap="truncate" {...(isFocused ? styles.selected : {})}>
			{isOn ? on : off}
		</Text>
	);
}
