/**
 * Draws docs/house.md: the rooms of source/ and the imports between them, from the imports themselves. `npm run house`
 * writes it, and a test says when it is not what the imports say.
 */
import {format, resolveConfig} from 'prettier';
import {globSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {importsOf} from './imports.ts';

type Room = {files: number; lines: number; subRooms: Set<string>; imports: Map<string, number>};

const roomOf = (file: string) => file.split('/')[1] ?? '';

/** What a file imports of the project, types included, as paths from the root. */
const targetsOf = (file: string): string[] =>
	importsOf(file)
		.filter(({target}) => target.startsWith('.'))
		.map(({target}) => path.posix.join(path.posix.dirname(file), target));

function rooms(): Map<string, Room> {
	const found = new Map<string, Room>();
	for (const name of globSync('source/**/*.{ts,tsx}').toSorted()) {
		const file = name.split(path.sep).join('/');
		const text = readFileSync(file, 'utf8');
		const room = found.get(roomOf(file)) ?? {files: 0, lines: 0, subRooms: new Set(), imports: new Map()};
		found.set(roomOf(file), room);
		room.files++;
		room.lines += text.split('\n').length - 1;
		const [, , subRoom, inside] = file.split('/');
		if (inside !== undefined) room.subRooms.add(subRoom ?? '');
		for (const target of targetsOf(file)) {
			const to = roomOf(target);
			if (to !== roomOf(file)) room.imports.set(to, (room.imports.get(to) ?? 0) + 1);
		}
	}
	return found;
}

/** From the way in down to what imports nothing: a room stands above all that it imports. */
function floors(house: ReadonlyMap<string, Room>): string[][] {
	const heights = new Map<string, number>();
	const height = (name: string): number => {
		const known = heights.get(name);
		if (known !== undefined) return known;
		const below = [...(house.get(name)?.imports.keys() ?? [])].map(to => height(to) + 1);
		const own = Math.max(0, ...below);
		heights.set(name, own);
		return own;
	};
	const result: string[][] = [];
	for (const name of house.keys()) (result[height(name)] ??= []).push(name);
	return result.toReversed();
}

/** The text of docs/house.md for the source as it is. */
export function housePicture(): string {
	const house = rooms();
	const arrows = [...house].flatMap(([from, {imports}]) =>
		[...imports].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([to]) => `\t${from} --> ${to}`),
	);
	const rows = floors(house).map(
		(names, index) => `\tsubgraph floor${index} [" "]\n\t\t${names.join('\n\t\t')}\n\tend`,
	);
	const table = [...house].map(
		([name, {imports, subRooms}]) =>
			`| ${name} | ${[...subRooms].toSorted().join(', ')} | ${[...imports.keys()].toSorted().join(', ')} |`,
	);
	return `# The house

Made from the imports by \`npm run house\`; an arrow says that a room imports from another one. Nothing points up.

\`\`\`mermaid
flowchart TD
${rows.join('\n')}
${arrows.join('\n')}
\`\`\`

| room | sub-rooms | imports from |
| --- | --- | --- |
${table.join('\n')}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const style = (await resolveConfig('docs/house.md')) ?? {};
	writeFileSync('docs/house.md', await format(housePicture(), {...style, parser: 'markdown'}));
}
