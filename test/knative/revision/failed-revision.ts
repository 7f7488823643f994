import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';

/** A revision of which one condition is False, and Ready with it. */
export const failed = (type: string, reason: string, message: string): RevisionView => {
	const parsed = parseRevision({
		metadata: {name: 'cart-00002', namespace: 'default', uid: 'u'},
		spec: {containers: [{image: 'i'}]},
		status: {
			conditions: [
				{type: 'Ready', status: 'False', reason, message},
				{type, status: 'False', reason, message},
			],
		},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
};
