import {expect, it} from 'vitest';
import {copiedFlags} from '../../../source/kube/auth/copied-flags.js';

it('has the server that was given, and none of the secrets', () => {
	const given = {server: 'https://jo:s3cret@api.example:6443', token: 's3cret', as: 'bob'};
	expect(copiedFlags('prod', undefined, given)).toEqual([
		'--context',
		'prod',
		'--server',
		'https://api.example:6443',
		'--as',
		'bob',
	]);
});
