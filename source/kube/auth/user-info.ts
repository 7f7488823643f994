/** An address as it may be shown and kept: it may have a user and a password in it. Also where it is no URL at all. */
export function withoutUserInfo(address: string): string {
	return address.replace(/^([^/?#@]*:\/\/)[^/?#]*@/, '$1');
}
