/** What the files of the project import, read from their text. */
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {parseSync} from 'oxc-parser';

export type FileImport = {
	/** As it stands in the file: `../split/split.js`, `node:http`. */
	readonly target: string;
	/** Names that are imported, by what the other file calls them; undefined where it is all of it, or nothing. */
	readonly names: readonly string[] | undefined;
	readonly typeOnly: boolean;
	/** By `import()`. */
	readonly dynamic: boolean;
};

/** In the order of the kinds: imports, exports of what others have, `import()`. */
export function importsOf(file: string): FileImport[] {
	const text = readFileSync(file, 'utf8');
	const {module} = parseSync(file, text);
	return [
		...module.staticImports.map(({moduleRequest, entries}) => {
			const names = entries.map(({importName}) => importName.name);
			return {
				target: moduleRequest.value,
				names: names.every(name => name !== null) && names.length > 0 ? names : undefined,
				typeOnly: entries.length > 0 && entries.every(({isType}) => isType),
				dynamic: false,
			};
		}),
		...module.staticExports.flatMap(({entries}) =>
			entries.flatMap(({moduleRequest, isType}) =>
				moduleRequest
					? [{target: moduleRequest.value, names: undefined, typeOnly: isType, dynamic: false}]
					: [],
			),
		),
		...module.dynamicImports.map(({moduleRequest: {start, end}}) => ({
			target: text.slice(start, end).replaceAll(/^['"`]|['"`]$/g, ''),
			names: undefined,
			typeOnly: false,
			dynamic: true,
		})),
	];
}

/** The file that a relative import means, as a path from the root; undefined where there is none of that name. */
export function importedFile(importer: string, target: string): string | undefined {
	const named = path.posix.join(path.posix.dirname(importer), target);
	const base = named.replace(/\.js$/, '');
	return [`${base}.ts`, `${base}.tsx`, named].find(file => existsSync(file));
}
