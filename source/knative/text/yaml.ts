/** An object of the API as YAML. Loaded when somebody asks for it: built into a file of its own, scripts/build.js. */
import {dump} from 'js-yaml';
import {coveredValue} from './covered.js';
import {tooDeep} from './nesting.js';
import {printable, withEscapes} from './printable.js';

function withoutManagedFields(object: object): object {
	const metadata: unknown = Reflect.get(object, 'metadata');
	if (typeof metadata !== 'object' || metadata === null) return object;
	const {managedFields: _left, ...kept} = {managedFields: undefined, ...metadata};
	return {...object, metadata: kept};
}

/**
 * A string in double quotes, with an escape for each character that a terminal would act on: whoever reads it as YAML has the
 * same string (YAML 1.2.2, 5.7).
 */
function quoted(text: string): string {
	return withEscapes(JSON.stringify(text), code =>
		code > 0xff_ff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`,
	);
}

const hex = (code: number, digits: number) => code.toString(16).toUpperCase().padStart(digits, '0');

/** Line ends are no trouble: a block has them. */
const isTrouble = (text: string) =>
	withEscapes(text.replaceAll('\n', ''), () => '') !== text.replaceAll('\n', '');

/** The same with other strings for those that have what a terminal would act on, keys among them. */
function withMarks(value: unknown, markOf: (text: string) => string): unknown {
	if (typeof value === 'string') return isTrouble(value) ? markOf(value) : value;
	if (Array.isArray(value)) return value.map(each => withMarks(each, markOf));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, each]) => [isTrouble(key) ? markOf(key) : key, withMarks(each, markOf)]),
	);
}

/** As YAML, each string such that a terminal may have it and that it is read as it was. */
function dumped(value: unknown): string {
	const marked: string[] = [];
	let mark = 'marked';
	const all = JSON.stringify(value) ?? '';
	while (all.includes(mark)) mark += 'x';
	const plain = withMarks(value, text => `${mark}${marked.push(text) - 1}z`);
	// Without folding: a line is a line of the value, and none is broken that somebody may want to read whole.
	const text = dump(plain, {lineWidth: -1, noRefs: true});
	if (marked.length === 0) return text;
	return text.replaceAll(new RegExp(`${mark}(\\d+)z`, 'g'), (_, index) =>
		quoted(marked[Number(index)] ?? ''),
	);
}

/**
 * The lines of an object as `kubectl get -o yaml` prints it, in the order that the server gave its fields, each of them
 * printable.
 * @param managedFields Who wrote which field (`metadata.managedFields`): often more lines than all the others together, so
 * that kubectl leaves them out, too, unless it is told otherwise.
 * @param isCovered Without what may be secret.
 *
 * Throws RangeError when the object is nested deeper than anybody could read.
 */
export function yamlLines(
	object: object,
	{managedFields, isCovered = false}: {managedFields: boolean; isCovered?: boolean},
): string[] {
	const why = tooDeep(object);
	if (why !== undefined) throw new RangeError(why);
	const kept = managedFields ? object : withoutManagedFields(object);
	return dumped(isCovered ? coveredValue(kept) : kept)
		.trimEnd()
		.split('\n')
		.map(line => printable(line));
}
