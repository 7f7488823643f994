import {expect, it} from 'vitest';
import {revisionFacts} from '../../../source/console/forms/form-facts.js';
import {initialRevision} from '../../../source/knative/forms/revision-form.js';
import {serviceView} from '../../knative/objects.js';

it('what a new revision loses is said before what it gains', () => {
	const service = serviceView({
		edit(object) {
			object.spec.template.spec.containers = [{image: 'example.com/a', env: [{name: 'TARGET', value: 'x'}]}];
		},
	});
	const values = {...initialRevision(service), env: [{name: 'X', value: '1'}]};
	expect(revisionFacts(values, service).map(({label, value}) => `${label} ${value}`)).toEqual([
		'TARGET removed',
		'X new',
	]);
});
