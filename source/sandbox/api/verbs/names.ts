/**
 * The rules of names, with the sentences in which Kubernetes states them.
 *
 * Source: k8s.io/apimachinery pkg/util/validation/validation.go. Each function answers the problems; none means valid.
 */

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualifiedName})?`;

function exactly(pattern: string): RegExp {
	return new RegExp(`^${pattern}$`);
}

const isLabel1123 = exactly(label1123);
const isSubdomain1123 = exactly(subdomain1123);
const isLabel1035 = exactly(label1035);
const isQualifiedName = exactly(qualifiedName);
const isLabelValue = exactly(labelValue);

const subdomainSentence =
	"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
	`with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain1123}')`;

function tooManyCharacters(limit: number): string {
	return `must be no more than ${limit} characters`;
}

/** metadata.name of nearly everything. */
export function subdomain1123Problems(name: string): string[] {
	return [
		...(name.length > 253 ? [tooManyCharacters(253)] : []),
		...(isSubdomain1123.test(name) ? [] : [subdomainSentence]),
	];
}

/** metadata.name of a namespace. */
export function label1123Problems(name: string): string[] {
	return [
		...(name.length > 63 ? [tooManyCharacters(63)] : []),
		...(isLabel1123.test(name)
			? []
			: [
					"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
						`an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label1123}')`,
				]),
	];
}

/** What Knative asks of the names of its objects and of tags. */
export function label1035Problems(name: string): string[] {
	return [
		...(name.length > 63 ? [tooManyCharacters(63)] : []),
		...(isLabel1035.test(name)
			? []
			: [
					"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and " +
						`end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`,
				]),
	];
}

/** The key of a label or an annotation: `[prefix/]name`. */
export function qualifiedNameProblems(value: string): string[] {
	const parts = value.split('/');
	if (parts.length > 2) {
		return [
			"a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
				`character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}') with an ` +
				"optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
		];
	}

	const problems: string[] = [];
	const name = parts.at(-1) ?? '';
	if (parts.length === 2) {
		const prefix = parts[0] ?? '';
		problems.push(
			...(prefix === '' ? ['must be non-empty'] : subdomain1123Problems(prefix)).map(
				problem => `prefix part ${problem}`,
			),
		);
	}

	if (name === '') {
		problems.push('name part must be non-empty');
	} else if (name.length > 63) {
		problems.push(`name part ${tooManyCharacters(63)}`);
	}

	if (!isQualifiedName.test(name)) {
		problems.push(
			"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
				`character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}')`,
		);
	}

	return problems;
}

/** What is wrong with the value of a label; empty where nothing is. It may be empty itself. */
export function labelValueProblems(value: string): string[] {
	return [
		...(value.length > 63 ? [tooManyCharacters(63)] : []),
		...(isLabelValue.test(value)
			? []
			: [
					"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
						"with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
						`'${labelValue}')`,
				]),
	];
}

/** The characters of generated names: no vowels and nothing that looks like something else. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** `generateName` with five random characters, cut so that it stays within 63. */
export function generatedName(base: string): string {
	let suffix = '';
	for (let position = 0; position < 5; position++) {
		suffix += alphabet[Math.floor(Math.random() * alphabet.length)] ?? 'x';
	}

	return base.slice(0, 58) + suffix;
}
