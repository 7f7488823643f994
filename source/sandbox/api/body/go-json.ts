/**
 * JSON as Go reads it: its words for what is none, and the members that occur twice, which it takes note of.
 *
 * Source: encoding/json scanner.go, sigs.k8s.io/json internal/golang/encoding/json (duplicate fields).
 */

/** What Go says of a text that is no JSON; undefined when it is. */
export function jsonProblem(text: string): string | undefined {
	const scan = createScan(text);
	try {
		scan.document();
		return undefined;
	} catch (error) {
		if (error instanceof GoSyntaxError) {
			return error.message;
		}

		throw error;
	}
}

/** The paths of members that occur more than once, `spec.template.spec.timeoutSeconds`, each once; none for what is no JSON. */
export function duplicateFields(text: string): string[] {
	const scan = createScan(text);
	try {
		scan.document();
	} catch (error) {
		if (!(error instanceof GoSyntaxError)) {
			throw error;
		}

		return [];
	}

	return [...scan.duplicates];
}

class GoSyntaxError extends Error {}

/** No deeper than is parsed at all; Go goes to 10,000 levels. */
const deepest = 500;

function createScan(text: string) {
	const duplicates = new Set<string>();
	let position = 0;

	function fail(context: string): never {
		const character = text[position];
		throw new GoSyntaxError(
			character === undefined
				? 'unexpected end of JSON input'
				: `invalid character ${quoted(character)} ${context}`,
		);
	}

	function skipSpace(): void {
		while (/[ \t\r\n]/.test(text[position] ?? '')) {
			position++;
		}
	}

	function string(): string {
		const start = position++;
		for (;;) {
			const character = text[position];
			if (character === undefined || character < ' ') {
				fail('in string literal');
			}

			position++;
			if (character === '"') {
				const parsed: unknown = JSON.parse(text.slice(start, position));
				return String(parsed);
			}

			if (character === '\\') {
				escape();
			}
		}
	}

	function escape(): void {
		const character = text[position];
		if (character !== 'u') {
			if (character === undefined || !'bfnrt\\/"'.includes(character)) {
				fail('in string escape code');
			}

			position++;
			return;
		}

		position++;
		for (let digit = 0; digit < 4; digit++) {
			if (!/[\da-fA-F]/.test(text[position] ?? '')) {
				fail(String.raw`in \u hexadecimal character escape`);
			}

			position++;
		}
	}

	function digits(context: string): void {
		if (!/\d/.test(text[position] ?? '')) {
			fail(context);
		}

		while (/\d/.test(text[position] ?? '')) {
			position++;
		}
	}

	function number(): void {
		if (text[position] === '-') {
			position++;
		}

		if (text[position] === '0') {
			position++;
		} else {
			digits('in numeric literal');
		}

		if (text[position] === '.') {
			position++;
			digits('after decimal point in numeric literal');
		}

		if (/[eE]/.test(text[position] ?? '')) {
			position++;
			if (/[+-]/.test(text[position] ?? '')) {
				position++;
			}

			digits('in exponent of numeric literal');
		}
	}

	function literal(word: string): void {
		for (const letter of word) {
			if (text[position] !== letter) {
				fail(`in literal ${word} (expecting ${quoted(letter)})`);
			}

			position++;
		}
	}

	function object(path: string, depth: number): void {
		const seen = new Set<string>();
		position++;
		skipSpace();
		if (text[position] === '}') {
			position++;
			return;
		}

		for (;;) {
			skipSpace();
			if (text[position] !== '"') {
				fail('looking for beginning of object key string');
			}

			const name = string();
			const inner = path === '' ? name : `${path}.${name}`;
			if (seen.has(name)) {
				duplicates.add(inner);
			}

			seen.add(name);
			skipSpace();
			if (text[position] !== ':') {
				fail('after object key');
			}

			position++;
			value(inner, depth + 1);
			skipSpace();
			if (text[position] === '}') {
				position++;
				return;
			}

			if (text[position] !== ',') {
				fail('after object key:value pair');
			}

			position++;
		}
	}

	function array(path: string, depth: number): void {
		position++;
		skipSpace();
		if (text[position] === ']') {
			position++;
			return;
		}

		for (let index = 0; ; index++) {
			value(`${path}[${index}]`, depth + 1);
			skipSpace();
			if (text[position] === ']') {
				position++;
				return;
			}

			if (text[position] !== ',') {
				fail('after array element');
			}

			position++;
		}
	}

	function value(path: string, depth: number): void {
		if (depth > deepest) {
			throw new GoSyntaxError('exceeded max depth');
		}

		skipSpace();
		const character = text[position] ?? '';
		const word = {t: 'true', f: 'false', n: 'null'}[character];
		if (character === '{') {
			object(path, depth);
		} else if (character === '[') {
			array(path, depth);
		} else if (character === '"') {
			string();
		} else if (/[-\d]/.test(character)) {
			number();
		} else if (word === undefined) {
			fail('looking for beginning of value');
		} else {
			literal(word);
		}
	}

	return {
		duplicates,
		document(): void {
			value('', 0);
			skipSpace();
			if (position < text.length) {
				fail('after top-level value');
			}
		},
	};
}

/** A character as Go's scanner quotes it. */
function quoted(character: string): string {
	if (character === "'") {
		return String.raw`'\''`;
	}

	return character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`;
}
