/** Files of the operator are read as far as an API can need, whatever they lead to, and in whatever way they say so. */
import {execFileSync} from 'node:child_process';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {readProto} from '../../../../source/probe/transport/grpc/proto-files.js';

let directory: string;

beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-proto-'));
});

afterEach(async () => {
	await rm(directory, {recursive: true, force: true});
});

/** Files by their names; `first.proto` is the one that is read. */
async function read(files: Readonly<Record<string, string>>) {
	for (const [name, text] of Object.entries(files)) {
		const file = path.join(directory, name);
		await mkdir(path.dirname(file), {recursive: true});
		await writeFile(file, text);
	}
	return readProto(path.join(directory, 'first.proto'));
}

const message = (name: string) => `syntax = "proto3"; package shop; message ${name} {string id = 1;}`;

describe('what a file imports is read', () => {
	it.each([
		['beside it', {'first.proto': 'import "b.proto";', 'b.proto': message('B')}],
		['in a folder', {'first.proto': 'import "sub/b.proto";', 'sub/b.proto': message('B')}],
		[
			'beside the file that imports it',
			{
				'first.proto': 'import "sub/a.proto";',
				'sub/a.proto': 'import "b.proto";',
				'sub/b.proto': message('B'),
			},
		],
		['by a name in two pieces', {'first.proto': 'import "b" ".proto";', 'b.proto': message('B')}],
		[
			'once, by files that import each other',
			{'first.proto': 'import "b.proto";', 'b.proto': `import "first.proto"; ${message('B')}`},
		],
		['but not what may be missing, and is', {'first.proto': `import weak "none.proto"; ${message('B')}`}],
	])('%s', async (_, files) => {
		expect(await read(files)).toMatchObject({
			nested: {shop: {nested: {B: {fields: {id: {type: 'string'}}}}}},
		});
	});

	it('from the library, where it is one of its own', async () => {
		const text = 'import "google/protobuf/timestamp.proto"; message At {google.protobuf.Timestamp at = 1;}';
		expect(await read({'first.proto': `syntax = "proto3"; ${text}`})).toMatchObject({
			nested: {At: {}, google: {nested: {protobuf: {nested: {Timestamp: {}}}}}},
		});
	});
});

describe('never to its end', () => {
	it.each([
		['/dev/zero', /is no file/],
		['a folder', /is no file/],
		['a pipe', /is no file/],
	])('%s', async (what, why) => {
		const file = path.join(directory, 'first.proto');
		if (what === 'a pipe') execFileSync('mkfifo', [file]);
		await expect(
			readProto(what === 'a folder' ? directory : what === 'a pipe' ? file : what),
		).rejects.toThrow(why);
	});

	it.each([
		['a file of 5 MiB', {'first.proto': ' '.repeat(5 * 1024 * 1024)}, /larger than 4 MiB/],
		['what never ends', {'first.proto': 'import /* here */ "/dev/zero";'}, /is no file/],
		['that, in two pieces', {'first.proto': 'import "/dev/ze" "ro";'}, /is no file/],
		['that, with an escape in it', {'first.proto': String.raw`import "/d\xev/zero";`}, /is no file/],
		['that, where it may be missing', {'first.proto': 'import weak "/dev/zero";'}, /is no file/],
		[
			'that, from a file in a folder',
			{'first.proto': 'import "sub/a.proto";', 'sub/a.proto': 'import "../../../../../../dev/zero";'},
			/is no file|ENOENT/,
		],
		[
			'600 others',
			Object.fromEntries([
				['first.proto', Array.from({length: 600}, (_, index) => `import "${index}.proto";`).join('\n')],
				...Array.from({length: 600}, (_, index) => [`${index}.proto`, ''] as const),
			]),
			/imports more than 500 files/,
		],
		[
			'six of 3 MiB',
			Object.fromEntries([
				['first.proto', Array.from({length: 6}, (_, index) => `import "${index}.proto";`).join('\n')],
				...Array.from({length: 6}, (_, index) => [`${index}.proto`, ' '.repeat(3 * 1024 * 1024)] as const),
			]),
			/together|larger than 16 MiB/,
		],
		['10,000 messages in each other', {'first.proto': 'message A {'.repeat(10_000)}, /depth|stack|illegal/],
	])('%s', async (_, files, why) => {
		await expect(read(files)).rejects.toThrow(why);
	});
});
