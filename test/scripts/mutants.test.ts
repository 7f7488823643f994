/** The small changes that source files are tried with. */
import {readFileSync} from 'node:fs';
import {parseSync} from 'oxc-parser';
import {expect, it, test} from 'vitest';
import {mutantsOf, mutated} from '../../scripts/mutation/mutants.ts';

const changed = (text: string) => mutantsOf('x.ts', text).map(mutant => mutated(text, mutant));

test.each([
	[
		'if (a <= 3) b();',
		['if (true) b();', 'if (false) b();', 'if (a < 3) b();', 'if (a <= 4) b();', 'if (a <= 3) ;'],
	],
	['const f = () => a && b;', ['const f = () => a || b;', 'const f = () => a;', 'const f = () => b;']],
	['x = a?.b ?? !c;', ['x = a.b ?? !c;', 'x = a?.b && !c;', 'x = a?.b;', 'x = !c;', 'x = a?.b ?? c;', ';']],
	['const y = l.every(f).valueOf();', ['const y = l.some(f).valueOf();']],
	['const y = l.filter(f);', ['const y = l;']],
	['const t = true;', ['const t = false;']],
	// Of what is put together from text there is no other sign.
	["const s = a + 'b';", []],
	["import {a} from './1.js';\ntype T = 1 | 'b';", []],
])('%s', (text, wanted) => {
	expect(changed(text).toSorted()).toEqual(wanted.toSorted());
});

it('is said where it is, and leaves a file that can be read', () => {
	const file = 'source/knative/split/split.ts';
	const text = readFileSync(file, 'utf8');
	const mutants = mutantsOf(file, text);
	expect(mutants.length).toBeGreaterThan(100);
	for (const mutant of mutants) {
		expect(text.slice(mutant.start, mutant.end)).toBe(mutant.before);
		expect(text.split('\n')[mutant.line - 1]).toContain(mutant.context);
		expect(parseSync(file, mutated(text, mutant)).errors).toEqual([]);
	}
});
