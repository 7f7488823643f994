/** What an open review says when the service moved underneath it, in the place of how it is agreed to. Pure. */
import type {Underneath} from '../../../console/sheets/target-status.js';
import type {ReviewSheet} from '../../../console/sheets/sheets.js';
import type {Theme} from '../../../terminal/output/theme.js';
import type {DocumentLine} from '../inspect/document.js';

export function underneathLines(
	{confirmation, phase, word}: ReviewSheet,
	{sentence, leadsTo}: Underneath,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): DocumentLine[] {
	const keys =
		phase.kind === 'armed'
			? 'Enter once more'
			: {enter: 'Enter', twice: 'Enter twice', word: `Type ${word} below, then Enter`}[confirmation];
	return [
		{text: `${glyphs.warning} ${sentence}`, style: styles.warning, indent: 2},
		{text: `${keys} ${leadsTo}; Esc goes back.`, style: styles.key, indent: 2},
	];
}
