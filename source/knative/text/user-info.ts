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
