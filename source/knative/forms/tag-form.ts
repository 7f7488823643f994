/** The form for the tags of a revision. */
import type {Field} from './form.js';

export const tagFields: readonly Field<'tags'>[] = [
	{
		id: 'tags',
		label: 'Tags',
		kind: 'text',
		initial: '',
		group: 'basic',
		hint: 'comma-separated; moves a tag from elsewhere; empty removes all',
	},
];
