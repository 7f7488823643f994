import {Text} from 'ink';
import type {Action, Hint} from '../keys/key-lookup.js';
import {useTheme} from './theme-context.js';

/**
The keys at the bottom of the screen, on one line; `footerFor` chooses what fits. One that is not open to the operator is
in brackets, so that it is told without colour too; what is in the way is said when it is pressed, and in the help.
*/
export function Hints({
	hints,
	isUnavailable,
	urgent,
}: {
	readonly hints: readonly Hint[];
	readonly isUnavailable?: (action: Action) => boolean;
	/** What has to be done now. */
	readonly urgent?: Action | undefined;
}) {
	const {styles} = useTheme();
	return (
		<Text wrap="truncate">
			{hints.map(({action, keys, label}, index) =>
				isUnavailable?.(action) ? (
					<Text key={action} {...styles.muted}>{`${index === 0 ? '' : '  '}(${keys} ${label})`}</Text>
				) : (
					<Text key={action}>
						{index === 0 ? '' : '  '}
						<Text {...(action === urgent ? styles.bad : styles.key)}>{keys}</Text>
						{action === urgent ? (
							<Text {...styles.bad}> {label.toUpperCase()}</Text>
						) : (
							<Text {...styles.muted}> {label}</Text>
						)}
					</Text>
				),
			)}
		</Text>
	);
}
