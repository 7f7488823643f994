/** Files of the operator that never end are refused before anything reads them whole. */
import {execFileSync} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {checkProto, importsOf} from '../../../../source/probe/transport/grpc/proto-files.js';

let directory: string;

beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-proto-'));
});

afterEach(async () => {
	await rm(directory, {recursive: true, force: true});
});

describe('what a .proto file imports', () => {
	it.each([
		['import "a.proto";', ['a.proto']],
		['import"a.proto";', ['a.proto']],
		[`syntax = "proto3"; import public 'a.proto'; import weak "b.proto";`, ['a.proto', 'b.proto']],
		['import /* "no.proto" */ "a.proto";', ['a.proto']],
		['import\n// "no.proto"\n"a.proto";', ['a.proto']],
		['option x = "/*"; import "a.proto"; option y = "*/";', ['a.proto']],
		['// import "no.proto";\n/* import "no.proto"; */ message Import { string important = 1; }', []],
	])('%j', (text, imports) => {
		expect(importsOf(text)).toEqual(imports);
	});
});

it.each([
	['/dev/zero', /is no file/],
	['a pipe', /is no file/],
	['a file of 5 MiB', /larger than 4 MiB/],
	['one that imports what never ends', /is no file/],
	['one that imports 600 others', /imports more than 500 files/],
])('%s is refused', async (what, why) => {
	const file = path.join(directory, 'a.proto');
	if (what === 'a pipe') execFileSync('mkfifo', [file]);
	if (what === 'a file of 5 MiB') await writeFile(file, ' '.repeat(5 * 1024 * 1024));
	if (what === 'one that imports what never ends') await writeFile(file, 'import/**/"/dev/zero";');
	if (what === 'one that imports 600 others') {
		await writeFile(file, Array.from({length: 600}, (_, index) => `import "${index}.proto";`).join('\n'));
	}
	await expect(checkProto(what.startsWith('/') ? what : file)).rejects.toThrow(why);
});
