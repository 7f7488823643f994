import {describe, expect, it} from 'vitest';
import {readYaml} from '../../../source/kube/auth/kubeconfig-yaml.js';

describe('YAML, as kubectl reads it', () => {
	it.each<[what: string, text: string, value: unknown]>([
		['nothing', '# nothing\n', {}],
		['the first of several documents', 'a: 1\n---\n}{\n', {a: 1}],
		['a directive', '%YAML 1.1\n# x\n---\na: yes\n', {a: true}],
		['what stands beside the mark of a document', '%YAML 1.1\n--- {a: 1}\n', {a: 1}],
		['the last of a key that is there twice', 'a: 1\na: 2\n', {a: 2}],
		['JSON that is indented with tabs', '\uFEFF\n{\n\t"a": [\n\t\t1]}\n', {a: [1]}],
		['what only begins as JSON does', '{a: b, c: "d"}\n', {a: 'b', c: 'd'}],
		['an empty first document', '---\n---\na: 1\n', {}],
	])('%s', (_, text, value) => {
		expect(readYaml(text)).toEqual(value);
	});

	it('keeps the numbers of lines in what it says', () => {
		expect(() => readYaml('%YAML 1.1\n---\na: 1\nb: }\n')).toThrow(/4:4/);
	});
});
