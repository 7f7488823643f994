/** What the frame before Ink's says once the API server has told of the services: the same that Ink will draw there. */
import {isAcross} from '../../console/state/scope.js';
import {knownRevisions, selectedIndex, serviceRows, visibleServices} from '../../console/state/read.js';
import type {ServiceRow} from '../../console/state/sorted.js';
import {isGone} from '../../console/state/selection.js';
import {countFailed} from '../../console/state/visible.js';
import type {ConsoleState} from '../../console/state/state.js';
import {styled, type Piece} from '../../terminal/output/pieces.js';
import type {Theme} from '../../terminal/output/theme.js';
import type {FirstContents} from './first-frame.js';
import {headerLine, type HeaderState} from './header-line.js';
import {layoutOf, type Size} from '../layout.js';
import {
	cellsOf,
	servicesAside,
	servicesColumnGap,
	servicesColumns,
	widestOf,
} from '../panes/services-table.js';
import {toldOf} from '../release/told-release.js';
import {fitText, widthOf} from '../widgets/table/fit-text.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {listWindow, scrollThumb} from '../widgets/table/list-window.js';
import {tableRowsHeight, tableText} from '../widgets/table/table-text.js';

/** The text of header and services for a window of this size; the services only where all panes have room. */
export function firstContents(
	state: ConsoleState,
	{columns, rows, theme}: {columns: number; rows: number; theme: Theme},
): FirstContents {
	const isSeveral = isAcross(state);
	const layout = layoutOf(columns, rows, {isAcross: isSeveral});
	return {
		isAcross: isSeveral,
		header: headerText(state, {columns, theme}),
		...(layout.kind === 'all' && {services: servicesContent(state, layout.sizes.services, theme)}),
	};
}

function headerText(state: HeaderState, {columns, theme}: {columns: number; theme: Theme}): string {
	const {left, right} = headerLine(state, {now: Date.now(), width: columns, theme});
	const taken = [...left, ...right].reduce((sum, {text}) => sum + widthOf(text), 0);
	if (taken <= columns) return styled(left) + ' '.repeat(columns - taken) + styled(right);
	const rightWidth = right.reduce((sum, {text}) => sum + widthOf(text), 0);
	return fitText(styled(left), Math.max(0, columns - rightWidth)) + styled(right);
}

/** The list of services, scrolled to its beginning. */
function servicesContent(
	state: ConsoleState,
	pane: Size,
	theme: Theme,
): {aside: string; content: readonly string[]} {
	const {glyphs, styles} = theme;
	const services = visibleServices(state);
	const isAll = isAcross(state);
	const now = Date.now();
	const rows = serviceRows(state);
	const selected = selectedIndex(state);
	const {width, height} = frameContentSize(pane.width, pane.height);
	const rowsHeight = tableRowsHeight(rows.length, height);
	const window = listWindow({previousTop: 0, selected, height: rowsHeight, count: rows.length});
	const [thumbFrom, thumbTo] = scrollThumb(window, rows.length, rowsHeight);
	const cellsFor = (service: ServiceRow) =>
		cellsOf(service, theme, {
			...(!isGone(service) && {
				marks: toldOf(service, {revisions: knownRevisions(state, service), history: state.history, theme})
					.marks,
			}),
			isAcross: isAll,
			now,
		});
	const text = tableText(
		{
			columns: servicesColumns(isAll, width),
			widest: widestOf(services, isAll),
			width,
			columnGap: servicesColumnGap,
			rows: rows.slice(window.top, window.end).map(cellsFor),
		},
		glyphs,
	);
	const row = (pieces: readonly Piece[], end: Piece = {text: ' '}): string => {
		const taken = pieces.reduce((sum, piece) => sum + widthOf(piece.text), 0);
		return styled([...pieces, {text: ' '.repeat(Math.max(0, width - 1 - taken))}, end]);
	};
	return {
		aside: servicesAside(
			{count: String(services.length || ''), failed: countFailed(state.services), sort: state.sort},
			pane.width,
		),
		content: [
			...(rowsHeight < height ? [row([{text: text.titles, style: styles.muted}])] : []),
			...rows.slice(window.top, window.end).map((service, index) => {
				const isSelected = window.top + index === selected;
				return row(
					[
						isSelected ? {text: `${glyphs.selected} `, style: styles.selected} : {text: '  '},
						...text
							.pieces(cellsFor(service))
							.map(({isDrawn = false, ...piece}) =>
								isSelected && !isDrawn ? {...piece, style: {...piece.style, bold: true}} : piece,
							),
					],
					thumbTo > thumbFrom
						? {
								text: index >= thumbFrom && index < thumbTo ? glyphs.scrollThumb : glyphs.scrollTrack,
								style: styles.muted,
							}
						: undefined,
				);
			}),
		],
	};
}
