import {Text} from 'ink';
import type {Hint} from '../../terminal/keys.js';
import {useTheme} from './theme-context.js';

/** The keys at the bottom of the screen, on one line; `footerFor` chooses what fits. */
export function Hints({hints}: {readonly hints: readonly Hint[]}) {
	const {styles} = useTheme();
	return (
		<Text wrap="truncate">
			{hints.map(({action, keys, label}, index) => (
				<Text key={action}>
					{index === 0 ? '' : '  '}
					<Text {...styles.key}>{keys}</Text>
					<Text {...styles.muted}> {label}</Text>
				</Text>
			))}
		</Text>
	);
}
