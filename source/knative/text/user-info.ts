/** An address as it may be shown and kept: it may have a user and a password in it. Also where it is no URL at all. */
export function withoutUserInfo(address: string): string {
	return address.replace(/^([^/?#@]*:\/\/)[^/?#]*@/, '$1');
}

/** An address that is quoted because it is none: all that may be a login is left out, as a password may have any character. */
export function withoutAnyLogin(address: string): string {
	return address.replace(/^((?:[a-z][\w+.-]*:\/\/?)?).*@/is, '$1');
}

/** A sentence in which what was typed is quoted, without the user and password of an address, also of one that has no scheme. */
export function withoutLogins(sentence: string): string {
	return sentence
		.replaceAll(/([a-z][\w+.-]*:\/\/)[^\s"']*@/gi, '$1')
		.replaceAll(/[^\s"'@:/=]+:[^\s"'@/]*@(?=[\w[])/g, '');
}

/**
 * The user and password of a URL, either of which may be empty, with `%XX` resolved to a byte, each byte a character; undefined where it
 * has neither.
 */
export function loginIn({
	username,
	password,
}: Pick<URL, 'username' | 'password'>): {user: string; password: string} | undefined {
	if (username === '' && password === '') return undefined;
	return {user: unescaped(username), password: unescaped(password)};
}

const unescaped = (part: string): string =>
	part.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
