import {Text} from 'ink';
import type {TextStyle} from '../../terminal/output/theme.js';
import {barCells} from './bar.js';
import {useTheme} from './theme-context.js';

export type ShareBarProps = {
	/** Whole or broken percents, 0–100. */
	readonly percent: number;
	readonly width: number;
	/** Style of the filled part. */
	readonly style?: TextStyle | undefined;
	/** Without the track: the bar is as long as the share and blank after it. */
	readonly hasTrack?: boolean | undefined;
};

/** A horizontal bar of exactly `width` columns that shows a share of 100. */
export function ShareBar({percent, width, style, hasTrack = true}: ShareBarProps) {
	const {glyphs, styles} = useTheme();
	const {filled, empty} = barCells(percent / 100, width, hasTrack ? glyphs : {...glyphs, barEmpty: ' '});
	return (
		<Text wrap="truncate">
			<Text {...style}>{filled}</Text>
			<Text {...styles.muted}>{empty}</Text>
		</Text>
	);
}
