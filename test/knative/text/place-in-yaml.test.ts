import {load} from 'js-yaml';
import {expect, it} from 'vitest';
import {placeInYaml} from '../../../source/knative/text/place-in-yaml.js';

it('is the line and the column at which the parser gave up, and nothing of what stands there', () => {
	let failure: unknown;
	try {
		load('token: s3cr3t\n bad: [\n');
	} catch (error) {
		failure = error;
	}
	expect(String(failure)).toContain('s3cr3t');
	expect(placeInYaml(failure)).toBe(' (line 2, column 5)');
});

it('is nothing where the parser does not say', () => {
	expect(placeInYaml(new Error('out of memory'))).toBe('');
	expect(placeInYaml(undefined)).toBe('');
});
