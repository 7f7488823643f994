/** The keys of the focused pane, made from the key table. */
import {offeredRights} from '../../../console/session/rights.js';
import {helpElsewhere, helpFor, labelOf, type KeyContext} from '../../keys/key-lookup.js';
import type {Size} from '../../layout.js';
import {fitText, widthOf} from '../../widgets/table/fit-text.js';
import {useTheme} from '../../widgets/theme-context.js';
import {canPerform, unavailable} from '../../perform.js';
import {sameParts, useConsoleState} from '../../use-console.js';
import {Document, type DocumentLine} from '../../widgets/document.js';

/** A key that is not possible at the moment is listed with the reason. */
export function Help({pane, isActive, ...size}: Size & {pane: KeyContext; isActive: boolean}) {
	const {styles, isAscii} = useTheme();
	const rights = useConsoleState(offeredRights, sameParts);
	const all = [...helpFor(pane, {isAscii}), ...helpElsewhere(pane, {isAscii})];
	const sections = all.map(section => ({
		...section,
		entries: section.entries.filter(({action}) => canPerform(action)),
	}));
	const keyWidth = Math.max(...sections.flatMap(({entries}) => entries.map(({keys}) => widthOf(keys))));
	const lines = sections.flatMap(({title, entries}, index): DocumentLine[] => {
		const keyLines = entries.map(({action, keys, text}) => {
			const why = unavailable(rights, action);
			return {
				text: `${fitText(keys, keyWidth)}  ${why === undefined ? text : `${text} ${why}`}`,
				also: labelOf(action),
				indent: keyWidth + 2,
				...(why !== undefined && {style: styles.muted}),
			};
		});
		return [
			...(index === 0 ? [] : [{text: ''}]),
			// Where a key is found is found with it.
			{text: title, style: styles.key, also: keyLines.map(({text, also}) => `${text}\n${also}`).join('\n')},
			...keyLines,
		];
	});
	return (
		<Document
			{...size}
			title={`Keys in the ${pane} pane`}
			lines={lines}
			context="viewer"
			isActive={isActive}
		/>
	);
}
