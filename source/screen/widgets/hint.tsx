import {memo} from 'react';
import type {Action, Hint} from '../keys/key-lookup.js';
import type {Piece} from '../../terminal/output/pieces.js';
import type {Theme} from '../../terminal/output/theme.js';
import {PiecesLine} from './pieces-line.js';
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
	const shown = hints.map(hint => ({...hint, isOpen: isUnavailable?.(hint.action) !== true}));
	return <HintLine hints={shown} urgent={urgent} styles={styles} said={JSON.stringify([shown, urgent])} />;
}

type HintLineProps = {
	readonly hints: readonly (Hint & {readonly isOpen: boolean})[];
	readonly urgent: Action | undefined;
	readonly styles: Theme['styles'];
	/** All of it as a text: what says the same is not drawn again. */
	readonly said: string;
};

const HintLine = memo(
	({hints, urgent, styles}: HintLineProps) => (
		<PiecesLine
			of={hints.flatMap(({action, keys, label, isOpen}, index): readonly Piece[] => {
				const gap = index === 0 ? '' : '  ';
				if (!isOpen) return [{text: `${gap}(${keys} ${label})`, style: styles.muted}];
				const isUrgent = action === urgent;
				return [
					{text: gap},
					{text: keys, style: isUrgent ? styles.bad : styles.key},
					isUrgent
						? {text: ` ${label.toUpperCase()}`, style: styles.bad}
						: {text: ` ${label}`, style: styles.muted},
				];
			})}
		/>
	),
	(one, other) => one.said === other.said && one.styles === other.styles,
);
