import {Text} from 'ink';
import {joined, type Piece} from '../../terminal/output/pieces.js';

/** One line of pieces; neighbours that look alike are one text, and what has no style is no element of React's. */
export function PiecesLine({of}: {readonly of: readonly Piece[]}) {
	return (
		<Text wrap="truncate">
			{joined(of).map(({text, style}, index) =>
				style === undefined ? (
					text
				) : (
					<Text key={index} {...style}>
						{text}
					</Text>
				),
			)}
		</Text>
	);
}
