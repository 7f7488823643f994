/** The command line: a command is typed and completed, or picked from the list of those that fit. */
import {Box, Text} from 'ink';
import {useState} from 'react';
import {offeredRights} from '../../../console/session/rights.js';
import {closeSheet, notifyOnSheet} from '../../../console/state/select.js';
import {paletteCommands, parsePaletteLine, type Action} from '../../keys/key-lookup.js';
import type {Size} from '../../layout.js';
import {fitText} from '../../widgets/table/fit-text.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Frame} from '../../widgets/frame.js';
import {List} from '../../widgets/table/list.js';
import {PromptLine} from '../../widgets/form/prompt-line.js';
import {useTheme} from '../../widgets/theme-context.js';
import {didYouMean} from '../../../knative/text/similar.js';
import {canPerform, unavailableBecause} from '../../perform.js';
import {sameParts, useActions, useConsole, useConsoleState} from '../../use-console.js';

/** What cannot be done at the moment is listed with the reason. */
export function Palette({
	isActive,
	perform,
	width,
	height,
}: Size & {isActive: boolean; perform: (action: Action, argument: string) => void}) {
	const {store} = useConsole();
	const {styles, isAscii} = useTheme();
	const rights = useConsoleState(offeredRights, sameParts);
	const [typed, setTyped] = useState('');
	const [chosen, setChosen] = useState(0);
	const word = typed.trimStart().split(' ')[0] ?? '';
	const commands = paletteCommands({isAscii}).filter(
		({action, names}) => canPerform(action) && names.some(name => name.startsWith(word)),
	);
	const hint =
		commands.length > 0
			? ''
			: didYouMean(
					word,
					paletteCommands().flatMap(({action, names}) => (canPerform(action) ? names : [])),
				);
	const selected = commands[Math.min(chosen, commands.length - 1)];
	const size = frameContentSize(width, height);
	const page = Math.max(1, size.height - 3);
	const choose = (index: number) => setChosen(Math.max(0, Math.min(commands.length - 1, index)));
	const completion = selected?.names.find(name => name.startsWith(word)) ?? '';
	useActions(
		'palette',
		{
			up: () => choose(chosen - 1),
			down: () => choose(chosen + 1),
			pageUp: () => choose(chosen - page),
			pageDown: () => choose(chosen + page),
			completeWord() {
				if (completion !== '') setTyped(`${completion}${selected?.argument === undefined ? '' : ' '}`);
			},
			accept() {
				const line = typed.trim().includes(' ') || !selected ? parsePaletteLine(typed) : undefined;
				if (line?.kind === 'problem') return notifyOnSheet(store, {tone: 'bad', text: line.message + hint});
				closeSheet(store);
				if (line) perform(line.action, line.argument);
				else if (selected) perform(selected.action, '');
			},
		},
		{isActive},
	);
	return (
		<Frame width={width} height={height} title="Command" isFocused>
			<PromptLine
				prefix=":"
				value={typed}
				isFocused={isActive}
				suggestion={
					typed === ''
						? ''
						: `${completion.slice(word.length)}${typed.includes(' ') ? '' : ` ${selected?.argument ?? ''}`}`.trimEnd()
				}
				onChange={value => {
					setTyped(value);
					setChosen(0);
				}}
			/>
			<Box height={1} />
			<List
				items={commands}
				keyOf={command => command.names[0] ?? command.action}
				selected={selected ? commands.indexOf(selected) : -1}
				width={size.width}
				height={Math.max(1, size.height - 2)}
				empty={`No command begins like that.${hint}`}
				renderRow={({action, names, argument, keys, help}) => (
					<Text wrap="truncate">
						{fitText(`${names[0] ?? ''} ${argument ?? ''}`, 22)}{' '}
						<Text {...styles.key}>{fitText(keys, 10)}</Text>{' '}
						<Text {...styles.muted}>{unavailableBecause(rights, action) ?? help}</Text>
					</Text>
				)}
			/>
		</Frame>
	);
}
