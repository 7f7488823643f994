import {Text, useInput} from 'ink';
import {strokeOf} from '../../../terminal/input/strokes.js';
import {useTheme} from '../theme-context.js';

export type ToggleFieldProps = {
	readonly isOn: boolean;
	readonly onChange: (isOn: boolean) => void;
	readonly isFocused: boolean;
};

/** A yes or no; Space and ←→ switch it. */
export function ToggleField({isOn, onChange, isFocused}: ToggleFieldProps) {
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
	return <Text {...(isFocused ? styles.selected : {})}>{isOn ? '[x] yes' : '[ ] no'}</Text>;
}
