import {parseSync, Visitor} from 'oxc-parser';

/** What esbuild puts in front of a CommonJS file. Who needs the others comes first. */
const helpers = [
	'__toCommonJS',
	'__copyProps',
	'__getOwnPropDesc',
	'__getOwnPropNames',
	'__hasOwnProp',
	'__export',
];

/**
 * A CommonJS file that esbuild has made of an ES module, exporting values. esbuild exports a getter of each, as it may change for as
 * long as the program runs: 560 functions before the first row, each to be loaded and called, and shared by all later calls. A
 * function that is declared has its value from the beginning, and what is set where it is declared has it at the end of the file;
 * what is imported is run before either. All else, and what is set anywhere again, keeps its getter. No line moves, for the source map.
 *
 * @param file For the error.
 */
export function exportedValues(code: string, file: string): string {
	const found = /^__export\((\w+), \{\n([^]*?)\n\}\);\nmodule\.exports = __toCommonJS\(\1\);\n/m.exec(code);
	if (found === null) {
		if (!code.includes('module.exports = __toCommonJS(')) return code;
		throw new Error(`${file}: what it exports was not understood; see scripts/exported-values.js`);
	}
	const [whole, object = '', listed = ''] = found;
	const {functions, variables} = valuesOf(code, file);
	const atOnce: string[] = [];
	const atEnd: string[] = [];
	const live: string[] = [];
	for (const line of listed.split(',\n')) {
		const [, name, value = ''] = /^ {2}([\w$]+): \(\) => ([\w$.]+)$/.exec(line) ?? [];
		if (name === undefined) throw new Error(`${file}: an export was not understood: ${line}`);
		if (functions.has(value)) atOnce.push(`${name}: ${value}`);
		else if (variables.has(value)) atEnd.push(`${name}: ${value}`);
		else live.push(line);
	}
	const exported = [
		...(live.length > 0 ? [`__export(${object}, {\n${live.join(',\n')}\n});`] : []),
		...(atOnce.length > 0 ? [`Object.assign(${object}, {${atOnce.join(', ')}});`] : []),
		`module.exports = __defProp(${object}, '__esModule', {value: true});`,
	].join('\n');
	const filled = code.replace(whole, () => exported + '\n'.repeat(linesIn(whole) - linesIn(exported)));
	return (
		withoutHelpers(filled) + (atEnd.length > 0 ? `Object.assign(${object}, {${atEnd.join(', ')}});\n` : '')
	);
}

const linesIn = (text: string): number => text.split('\n').length - 1;

/** What is declared at the top, with its value, and nowhere set again: also not by a name that is the same by chance. */
function valuesOf(code: string, file: string): {functions: Set<string>; variables: Set<string>} {
	const {program, errors} = parseSync(file, code, {sourceType: 'script'});
	const [error] = errors;
	if (error) throw new Error(`${file}: ${error.message}`);
	const set = new Set<string>();
	const target = ({start, end}: {start: number; end: number}) => {
		for (const [word] of code.slice(start, end).matchAll(/[\w$]+/g)) set.add(word);
	};
	new Visitor({
		AssignmentExpression: ({left}) => target(left),
		UpdateExpression: ({argument}) => target(argument),
		ForInStatement: ({left}) => target(left),
		ForOfStatement: ({left}) => target(left),
	}).visit(program);
	const functions = new Set<string>();
	const variables = new Set<string>();
	for (const node of program.body) {
		if (node.type === 'FunctionDeclaration' && node.id && !set.has(node.id.name)) functions.add(node.id.name);
		if (node.type === 'ClassDeclaration' && node.id && !set.has(node.id.name)) variables.add(node.id.name);
		for (const {id, init} of node.type === 'VariableDeclaration' ? node.declarations : []) {
			if (id.type === 'Identifier' && init !== null && !set.has(id.name)) variables.add(id.name);
		}
	}
	return {functions, variables};
}

/** In most files nobody uses them any more. */
function withoutHelpers(code: string): string {
	let left = code;
	for (const name of helpers) {
		const uses = (text: string) => [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length;
		const [definition] = new RegExp(`^var ${name} = (?:[^\\n]*;|\\([^]*?\\n\\};)\\n`, 'm').exec(left) ?? [];
		if (definition !== undefined && uses(left) === 1) {
			left = left.replace(definition, () => '\n'.repeat(linesIn(definition)));
		}
	}
	return left;
}
