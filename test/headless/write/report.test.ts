/** What is printed of a plan before it is agreed to. */
import {expect, it} from 'vitest';
import {planLines} from '../../../source/headless/write/report.js';
import {initialService, toService} from '../../../source/knative/forms/service-form.js';
import {planCreateService} from '../../../source/release/plan-object.js';

const creation = (env: readonly {name: string; value: string}[]) => {
	const manifest = toService({...initialService(), name: 'cart', image: 'example.com/cart:1'});
	const [container] = manifest.spec?.template.spec.containers ?? [];
	if (!container) throw new Error('a manifest without a container');
	if (env.length > 0) Object.assign(container, {env});
	return planLines(planCreateService(manifest, [], undefined)).at(-1);
};

it('has a line that does the same, and says of one without its values that it does not run so', () => {
	expect(creation([])).toMatch(/^\$ printf .* \| kubectl create -f -$/);
	expect(creation([{name: 'TOKEN', value: 's3cr3t'}])).toMatch(
		/"value":•••}.* \| kubectl create -f - {3}# runs once the values stand in the place of •••$/,
	);
});
