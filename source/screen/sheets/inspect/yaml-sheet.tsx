/** One object as the server has it, to be read; the command that prints the same can be copied. */
import {useMemo, useState} from 'react';
import type {YamlSheet} from '../../../console/sheets/inspected.js';
import {flagsOf} from '../../../console/state/read.js';
import {atCluster, kubectlGetCommand} from '../../../knative/commands/commands.js';
import {useClusterLines} from '../../cluster-lines.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {steadyWidth} from '../../widgets/steady-width.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useActions, useConsole, useConsoleState} from '../../use-console.js';
import {clock} from '../../format.js';
import {Document, type DocumentLine} from '../../widgets/document.js';

/** `managedFields` are left out until they are asked for. Values of variables are covered until they are asked for, too. */
export function Yaml({
	sheet,
	isActive,
	copy,
	...size
}: Size & {sheet: YamlSheet; isActive: boolean; copy: (text: string) => void}) {
	const {styles} = useTheme();
	const console = useConsole();
	const [managedFields, setManagedFields] = useState(false);
	const {object, phase} = sheet;
	const flags = useConsoleState(flagsOf);
	const isUncovered = useConsoleState(state => state.isUncovered);
	const line = kubectlGetCommand(object.kind === 'service' ? 'ksvc' : 'revision', object, {managedFields});
	const command = atCluster(line, flags);
	const {misled, copyLine} = useClusterLines(copy);
	useActions(
		'viewer',
		{
			copyCommand: () => copyLine(command),
			managedFields: () => setManagedFields(!managedFields),
			refresh: () => void console.showYaml(),
		},
		{isActive},
	);
	const title = useNamedTitle(object.kind === 'service' ? 'Service' : 'Revision', object.name, size.width);
	const lines = useMemo((): DocumentLine[] => {
		if (phase.kind === 'asking') return [{text: 'Asking the cluster…', style: styles.waiting}];
		if (phase.kind === 'not read') return [{text: phase.sentence, style: styles.bad}];
		const shown = isUncovered ? phase.lines : phase.covered;
		const values = isUncovered ? 'E covers what may be secret' : 'E shows the values of variables';
		const said = managedFields ? 'm leaves managedFields out' : 'managedFields left out, m shows them';
		return [
			{text: `# ${misled ?? command}`, style: styles.muted, hard: true, indent: 2},
			{text: `# as of ${clock(phase.at)}, r reads again; ${values}; ${said}`, style: styles.muted, indent: 2},
			...(managedFields ? shown.whole : shown.short).map(text => ({
				text: steadyWidth(text),
				hard: true,
				indent: indentOf(text),
			})),
		];
	}, [phase, managedFields, isUncovered, command, misled, styles]);
	return (
		<Document
			{...size}
			title={title}
			aside={`namespace ${object.namespace}`}
			lines={lines}
			context="viewer"
			isActive={isActive}
		/>
	);
}

/** Where the rest of a line that is too long goes on: beneath its value, not beneath the next key. */
function indentOf(line: string): number {
	return Math.min(24, line.length - line.trimStart().length + 4);
}
