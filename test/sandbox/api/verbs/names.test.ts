/** What Kubernetes and Knative say to the name of an object. */
import {describe, expect, it} from 'vitest';
import {denial, denied, knativeService, servicesPath, start} from '../support.js';

const dns1035 =
	"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

describe('names', () => {
	it('in capitals are refused by Kubernetes', async () => {
		const {call} = await start();
		expect(await call('POST', servicesPath, {body: knativeService('Hello')})).toMatchObject({
			code: 422,
			body: {
				reason: 'Invalid',
				message: `Service.serving.knative.dev "Hello" is invalid: metadata.name: Invalid value: "Hello": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
				details: {causes: [{reason: 'FieldValueInvalid', field: 'metadata.name'}]},
			},
		});
	});

	it('that begin with a digit are refused by Knative', async () => {
		expect(await denied(knativeService('1-hello'))).toBe(
			denial(`not a DNS 1035 label: [${dns1035}]: metadata.name`),
		);
	});

	it('are made up where a beginning is given', async () => {
		const {call} = await start();
		const {name: _name, ...metadata} = {name: '', generateName: 'hello-'};
		const {code, body} = await call('POST', servicesPath, {
			body: {...knativeService('x'), metadata},
		});
		expect(code).toBe(201);
		expect(body['metadata']).toMatchObject({name: expect.stringMatching(/^hello-[a-z0-9]{5}$/)});
	});
});
