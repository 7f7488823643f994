/** What to do about a gateway that answers itself because it wants a login. Pure. */

/** Whether a status (`302`) may ask for one: a redirect (304 and the like lead nowhere), or a status that says so (RFC 9110 §15.5.2, RFC 6585 §6). */
export const wantsLogin = (code: string): boolean => /^(?:30[12378]|401|511)$/.test(code);

export const loginAdvice = 'If it wants a login, give it with --header or --cookie.';
