/** Headers of a request that may have a secret in them, as they may be seen. Pure. */
import {cover, coveredText, isSecretName, secretFrom} from '../text/covered.js';
import {isNamed} from './named-value.js';

const isSecretHeader = (name: string): boolean => isSecretName(name) || /session|sign/i.test(name);

/** A header as it was typed: `Name: value`. */
function headerParts(line: string) {
	const [, name = '', colon = '', value = ''] = /^([^:]*)(:\s*)(.*)$/s.exec(line) ?? [];
	return {name, colon, value};
}

/** Whether a header, `Name: value` as it was typed, may have a secret in it; a value that is only named there is one (`$NAME`, `@file`). */
export function mayBeSecretHeader(line: string): boolean {
	const {name, value} = headerParts(line);
	const hasNamed = /(?:^|[\s=;])(?:\$\{?\w|@)/.test(value);
	return hasNamed || isSecretHeader(name) || secretFrom(line) !== undefined;
}

/** A header as it may be seen: of a secret one the name, unless its value is named there and not written. */
export function coveredHeader(line: string): string {
	const {name, colon, value} = headerParts(line);
	if (isNamed(name, value)) return line;
	return isSecretHeader(name) ? `${name}${colon}${cover}` : coveredText(line);
}

/**
 * The same to be printed and run: what would be covered is taken from variables, whose names are those of the headers, numbered
 * from the second of a name on.
 */
export function namedHeaders(lines: readonly string[]): string[] {
	const taken = new Map<string, number>();
	return lines.map(line => {
		if (coveredHeader(line) === line) return line;
		const {name, value} = headerParts(line);
		const [scheme = ''] = /^(?:Bearer|Basic|Token) +/i.exec(value) ?? [];
		const variable = variableOf(name);
		const nth = (taken.get(variable) ?? 0) + 1;
		taken.set(variable, nth);
		return `${name}: ${scheme}$${variable}${nth === 1 ? '' : `_${nth}`}`;
	});
}

const variableOf = (header: string): string =>
	header
		.toUpperCase()
		.replaceAll(/\W/g, '_')
		.replace(/^(?=\d)/, '_');
