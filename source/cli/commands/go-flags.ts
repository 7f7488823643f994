/** What kubectl's flags take and commander does not: `--flag=false`, `-n=default`, and an empty value for "not given". */
import type {Command, Option} from 'commander';

/** As Go reads them (strconv.ParseBool). */
const on = /^(?:1|t|T|true|True|TRUE)$/;
const off = /^(?:0|f|F|false|False|FALSE)$/;

const takesNothing = (option: Option) => !option.required && !option.optional;

/**
 * The words with `--flag=true` as `--flag`, and without `--flag=false`, for flags that take no value; and with `-n=default` as
 * `-ndefault` for those that take one. `-n=` has the value `=` (spf13/pflag: parseSingleShortArg), and so has `-n =`.
 *
 * @returns `denied`: the flags that are said not to hold.
 */
export function withGoFlags(
	words: readonly string[],
	options: readonly Option[],
): {words: string[]; denied: Option[]} {
	const end = words.indexOf('--');
	const own = end === -1 ? words : words.slice(0, end);
	const denied: Option[] = [];
	let isValue = false;
	const kept = own.flatMap(word => {
		if (isValue) {
			isValue = false;
			return [word];
		}
		isValue = options.some(({short, long, required}) => required && (word === short || word === long));
		const [, name, value = ''] = /^(--?[^=]+)=(.*)$/s.exec(word) ?? [];
		const option = options.find(({short, long}) => name !== undefined && (name === short || name === long));
		if (!option || name === undefined) return [word];
		if (option.required && name === option.short && value !== '') return [`${name}${value}`];
		if (!takesNothing(option)) return [word];
		if (on.test(value)) return [name];
		if (!off.test(value)) return [word];
		denied.push(option);
		return [];
	});
	return {words: [...kept, ...words.slice(own.length)], denied};
}

/**
 * Has flags of the cluster that were given an empty value be as if they had not been given: that is what kubectl makes of
 * `--namespace "$NOT_SET"`.
 */
export function forgetEmpty(program: Command, isOfCluster: (option: Option) => boolean): void {
	for (const option of program.options) {
		const attribute = option.attributeName();
		const isEmpty =
			program.getOptionValue(attribute) === '' && program.getOptionValueSource(attribute) === 'cli';
		if (isEmpty && isOfCluster(option)) program.setOptionValueWithSource(attribute, undefined, 'default');
	}
}
