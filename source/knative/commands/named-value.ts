/** Values that an operator names instead of writing them: `@file`, `$NAME`. Pure. */

/** A value that is read from a file, with what says how it is to be taken before it. */
export const fromFile = /^((?:Bearer|Basic|Token)\s+)?@(.+)$/i;

/** A value that is a variable of the environment, and nothing beside it. */
const fromVariable = /^(?:(?:Bearer|Basic|Token)\s+)?\$(?:\{\w+\}|\w+)$/i;

/** One cookie: its own name with the `=`, '' where a file has all of it, and what stands behind that. */
export function cookieParts(cookie: string): {name: string; value: string} {
	const [, name = '', value = cookie] = /^([^=@]+=)(.*)$/s.exec(cookie) ?? [];
	return {name, value};
}

/** Whether nothing of the value of a header is written there; of cookies, whether each is named. */
export function isNamed(header: string, value: string): boolean {
	const values =
		header.toLowerCase() === 'cookie'
			? value.split(/;\s*/).map(cookie => cookieParts(cookie).value)
			: [value];
	return values.every(one => one === '' || fromFile.test(one) || fromVariable.test(one));
}
