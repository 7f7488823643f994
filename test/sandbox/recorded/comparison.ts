/** Holds an answer of the sandbox against a recorded one: literally, but for what cannot be the same twice. */
import {isDeepStrictEqual} from 'node:util';

/** What is another one each time, whoever answers. */
const volatile: readonly (readonly [RegExp, string])[] = [
	[/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, '<uid>'],
	[/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
	[/sha256:[\da-f]{64}/g, '<digest>'],
	[/\bdry-run-validation[\da-z]{5}\b/g, 'dry-run-validation<random>'],
	[/\bgen-[\da-z]{5}\b/g, 'gen-<random>'],
	[/(?<=, current: |too old resource version: 1 \(|ResourceVersion in record \()\d+/g, '<version>'],
	[/"resourceVersion(?<quote>\\*)":(?<opening>\\*)"\d+/g, '"resourceVersion$<quote>":$<opening>"<version>'],
	[/^(?<indent> *resourceVersion): "\d+"$/gm, '$<indent>: "<version>"'],
	// As in objects: the order of who wrote goes by the second in which it was.
	[/\\*"managedFields\\*":\[[^\]]*\],/g, ''],
	[/^ *managedFields:\n(?:  - .*\n|    .*\n)*/gm, ''],
	// The users of the sandbox have names of their own.
	[/\bsandbox-(?=admin\b|viewer\b)/g, ''],
];

/** A text without what cannot be the same twice. */
export function settledText(value: string): string {
	let text = value;
	for (const [pattern, replacement] of volatile) {
		text = text.replaceAll(pattern, replacement);
	}

	return text;
}

/** A zero of Unix time for what is no nonsense; versions that are refused stay what they are. */
function settled(key: string, value: unknown): unknown {
	if (typeof value === 'string') {
		if (key === 'resourceVersion' && /^\d{2,}$/.test(value)) {
			return '<version>';
		}

		return settledText(value);
	}

	if (Array.isArray(value)) {
		return value.map(item => settled('', item));
	}

	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(
			Object.entries(value)
				.filter(([name]) => name !== 'managedFields')
				.map(([name, item]) => [name, settled(name, item)]),
		);
	}

	return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null;

/** Where two values differ, as paths from `path`; not at all: an empty list. */
function pathsOf(path: string, left: unknown, right: unknown): string[] {
	if (isDeepStrictEqual(left, right)) {
		return [];
	}

	if (!isRecord(left) || !isRecord(right) || Array.isArray(left) !== Array.isArray(right)) {
		return [path];
	}

	const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
	return [...keys]
		.toSorted()
		.flatMap(key => pathsOf(path === '' ? key : `${path}.${key}`, left[key], right[key]));
}

/** Paths at which the answers differ, times, uids, versions and names of users aside. */
export function differences(recorded: object, got: object): string[] {
	return pathsOf('', settled('', recorded), settled('', got));
}

/** Both sides at a path, for a message. */
export function bothAt(path: string, recorded: object, got: object): string {
	const at = (value: unknown): unknown => {
		let found = settled('', value);
		for (const key of path.split(/\.(?=[^.])/)) {
			found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
		}

		return found;
	};
	return `${path}\n  recorded ${JSON.stringify(at(recorded))}\n  sandbox  ${JSON.stringify(at(got))}`;
}
