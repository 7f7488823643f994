/** An object of the API as YAML. Loaded when somebody asks for it: built into a file of its own, scripts/build.js. */
import {dump} from 'js-yaml';
import {coveredValue} from './covered.js';
import {tooDeep} from './nesting.js';
import {printable} from './printable.js';

function withoutManagedFields(object: object): object {
	const metadata: unknown = Reflect.get(object, 'metadata');
	if (typeof metadata !== 'object' || metadata === null) return object;
	const {managedFields: _left, ...kept} = {managedFields: undefined, ...metadata};
	return {...object, metadata: kept};
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
	// Without folding: a line is a line of the value, and none is broken that somebody may want to read whole.
	const kept = managedFields ? object : withoutManagedFields(object);
	const text = dump(isCovered ? coveredValue(kept) : kept, {lineWidth: -1, noRefs: true});
	return text
		.trimEnd()
		.split('\n')
		.map(line => printable(line));
}
