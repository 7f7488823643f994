/** On real files: what matters is what is on the disk when the program starts again. */
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {codeCachePath, openCodeCache, type KeptCode} from '../../source/bootstrap/code-cache.js';

let base: string;
beforeEach(() => {
	base = mkdtempSync(path.join(tmpdir(), 'kn-canary-code-'));
});
afterEach(() => {
	rmSync(base, {recursive: true, force: true});
});

const code: KeptCode = {data: Buffer.from('what V8 has made of it'), stage: 'used'};
const cacheOf = (version: string) => openCodeCache(base, version);
const file = (name: string) => path.join(base, '1', name);

describe('the code cache', () => {
	it('gives back what was kept, in a later process too, and nothing of what never was', () => {
		cacheOf('1').write('a.js', code);
		cacheOf('1').write('b.js', {data: Buffer.alloc(0), stage: 'command'});
		const cache = cacheOf('1');
		expect(cache.read('a.js')).toEqual(code);
		expect(cache.read('b.js')).toEqual({data: Buffer.alloc(0), stage: 'command'});
		expect(cache.read('c.js')).toBeUndefined();
		expect(cacheOf('2').read('a.js')).toBeUndefined();
	});

	it('gives data whose place in memory V8 can use without a copy', () => {
		cacheOf('1').write('a.js', code);
		expect(cacheOf('1').read('a.js')!.data.byteOffset % 8).toBe(0);
	});

	it('does not give what has been damaged, wherever: V8 would crash with it', () => {
		cacheOf('1').write('a.js', code);
		const whole = readFileSync(file('a.js'));
		for (let at = 0; at < whole.length; at++) {
			const damaged = Buffer.from(whole);
			damaged[at]! ^= 1;
			writeFileSync(file('a.js'), damaged);
			expect(cacheOf('1').read('a.js'), `byte ${at}`).toBeUndefined();
			writeFileSync(file('a.js'), whole.subarray(0, at));
			expect(cacheOf('1').read('a.js'), `cut after ${at}`).toBeUndefined();
		}
	});

	it('is for its user alone, and does not read what others could have written', () => {
		cacheOf('1').write('a.js', code);
		expect(cacheOf('1').read('a.js')).toEqual(code);
		chmodSync(path.join(base, '1'), 0o777);
		expect(cacheOf('1').read('a.js')).toBeUndefined();
		cacheOf('1').write('b.js', code);
		expect(readdirSync(path.join(base, '1'))).toEqual(['a.js']);
	});

	it('does without where nothing can be written', () => {
		const taken = path.join(base, 'a file');
		writeFileSync(taken, '');
		const cache = openCodeCache(taken, '1');
		cache.write('a.js', code);
		expect(cache.read('a.js')).toBeUndefined();
		expect(readFileSync(taken, 'utf8')).toBe('');
	});

	it('leaves nothing unfinished behind', () => {
		const cache = cacheOf('1');
		// A directory has the name: the file can be written, but not be put in its place.
		mkdirSync(file('a.js'), {recursive: true, mode: 0o700});
		chmodSync(path.join(base, '1'), 0o700);
		cache.write('a.js', code);
		expect(readdirSync(path.join(base, '1'))).toEqual(['a.js']);
	});

	it('forgets all but the three other versions that were used last', () => {
		for (const [index, version] of ['1', '2', '3', '4', '5'].entries()) {
			cacheOf(version).write('a.js', code);
			utimesSync(path.join(base, version), index, index);
		}
		expect(readdirSync(base)).toEqual(['2', '3', '4', '5']);
	});
});

describe('the place of the code cache', () => {
	it.each([
		[{XDG_CACHE_HOME: '/var/cache/me'}, '/var/cache/me/kn-canary'],
		[{}, '/home/me/.cache/kn-canary'],
		[{XDG_CACHE_HOME: ''}, '/home/me/.cache/kn-canary'],
		[{XDG_CACHE_HOME: 'relative'}, '/home/me/.cache/kn-canary'],
	])('with %j is %s', (env, expected) => {
		expect(codeCachePath(env, '/home/me')).toBe(expected);
	});
});
