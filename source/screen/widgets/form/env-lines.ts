import {envRule} from '../../../knative/forms/rules.js';

/** An environment variable of a container. */
export type EnvVariable = {readonly name: string; readonly value: string};

// What the API server accepts as the name of an environment variable (k8s.io/apimachinery IsEnvVarName).
const variableName = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** The variables of lines `NAME=value`; blank lines count for nothing. Lines that `checkEnvLines` refuses are left out. */
export const envOf = (lines: readonly string[]): readonly EnvVariable[] =>
	lines.flatMap(line => {
		const equals = line.indexOf('=');
		const name = line.slice(0, equals).trim();
		return equals > 0 && variableName.test(name) ? [{name, value: line.slice(equals + 1)}] : [];
	});

/** Lines `NAME=value` of variables. */
export const envLines = (variables: readonly EnvVariable[]): readonly string[] =>
	variables.map(({name, value}) => `${name}=${value}`);

/** The first of the lines that should be `NAME=value` and is not, and why; undefined when all are well. */
export const wrongEnvLine = (
	lines: readonly string[],
): {readonly row: number; readonly sentence: string} | undefined => {
	const seen = new Set<string>();
	for (const [row, line] of lines.entries()) {
		if (line.trim() === '') {
			continue;
		}

		const equals = line.indexOf('=');
		if (equals === -1) {
			return {row, sentence: `“${line}” has no “=”; write NAME=value.`};
		}

		const name = line.slice(0, equals).trim();
		const sentence = envRule(seen.has(name) ? [name, name] : [name]);
		if (sentence !== undefined) {
			return {row, sentence};
		}

		seen.add(name);
	}

	return undefined;
};

/** What is wrong with lines that should be `NAME=value`; undefined when nothing is. */
export const checkEnvLines = (lines: readonly string[]): string | undefined => wrongEnvLine(lines)?.sentence;
