/** Who has written an object last, by its managedFields. */
import * as v from 'valibot';
import {fieldManager as ownFieldManager} from '../paths.js';

const managed = v.object({
	metadata: v.object({
		managedFields: v.array(
			v.object({
				manager: v.optional(v.string(), ''),
				time: v.optional(v.string(), ''),
				subresource: v.optional(v.string(), ''),
			}),
		),
	}),
});

/**
 * Whether this program may have been the last to write the object itself: its status is somebody else's matter. The times
 * are whole seconds, so that of two in one second either may have been the last.
 * @param fieldManager The name that this program writes by.
 */
export function mayBeOurs(object: unknown, fieldManager = ownFieldManager): boolean {
	const parsed = v.safeParse(managed, object);
	if (!parsed.success) return false;
	const entries = parsed.output.metadata.managedFields.filter(({subresource}) => subresource === '');
	const last = entries.reduce((latest, {time}) => (time > latest ? time : latest), '');
	return entries.some(({manager, time}) => manager === fieldManager && time === last);
}
